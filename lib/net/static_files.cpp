// SPDX-License-Identifier: MIT
#include "net/field_syntax.hpp"
#include "net/file_cache.hpp"
#include "net/file_lookup.hpp"
#include "net/folder_listing.hpp"
#include "net/media_types.hpp"
#include "net/quality_list.hpp"
#include "net/static_answer.hpp"
#include "net/static_path.hpp"

#include <grove/error.hpp>
#include <grove/static_files.hpp>
#include <grove/thread_pool.hpp>

#include <algorithm>
#include <cerrno>
#include <stdexcept>
#include <utility>

namespace grove {
namespace {

using detail::rooted_folder;
using effort = rooted_folder::effort;
using http::found_kind;
using http::lookup_result;
using http::path_verdict;
using http::static_path;
using maker = static_answer_maker;

/// What a path cannot be opened for, as a status.
unsigned status_of(int error) noexcept {
    switch (error) {
        case ENOENT:
        case ENOTDIR:
        case ELOOP:
        case EXDEV:
        case ENAMETOOLONG:
        case ENXIO:   // a socket
        case ENODEV:  // a device without a driver
            return 404;
        case EACCES:
        case EPERM:
            return 403;
        case EMFILE:
        case ENFILE:
        case ENOMEM:
        case EAGAIN:
            return 503;
        default:
            return 500;
    }
}

std::string_view last_segment(std::string_view below) noexcept {
    return below.substr(below.rfind('/') + 1);
}

/// As it came, if nothing in it could end the field or begin another part of the reference.
std::string_view safe_query(std::string_view query) noexcept {
    const bool safe = std::ranges::all_of(query, [](char c) {
        return c > ' ' && c < 0x7f && c != '#' && c != '"' && c != '<' && c != '>' && c != '\\';
    });
    return safe ? query : std::string_view();
}

/// Relative, of the last segment alone: right whatever the folder is served under, and never
/// another host's.
std::string location_of(const static_path& path, std::string_view query) {
    std::string location;
    http::append_segment(location, last_segment(path.below));
    location += '/';
    location += safe_query(query);
    return location;
}

void check(const static_files_options& options) {
    if (!http::can_be_asked_for(options.index, http::dot_names::shown))
        throw std::invalid_argument("static_files: the index `" + options.index + "` is no name");
    if (!http::is_field_value(options.cache_control))
        throw std::invalid_argument("static_files: cache_control is no field value");
}

std::chrono::sys_seconds wall_clock() noexcept {
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

}  // namespace

class static_files::site {
 public:
    site(const std::string& folder, static_files_options options)
        : root_(std::make_shared<const rooted_folder>(folder)),
          types_(std::move(options.types)),
          cache_({options.most_files, options.most_open, options.most_content}),
          dots_(options.dot_files ? http::dot_names::shown : http::dot_names::hidden),
          options_(std::move(options)) {
        check(options_);
    }

    static_answer answer(const static_request& request, deadline until);

 private:
    struct asked {
        const static_request& request;
        std::string_view query;  // with its question mark
        deadline until;
    };

    static_answer look(const asked& what, const static_path& path);
    static_answer answer_folder(const asked& what, const std::string& below);
    static_answer answer_missing(const asked& what, const static_path& path, unsigned status);
    static_answer list(const asked& what, const std::string& below);
    static_answer found(const asked& what, const std::string& key, const std::string& below,
                        lookup_result result);
    static static_answer of_set(const static_request& request, const http::served_set& files);

    lookup_result look_up(const std::string& below, deadline until);
    lookup_result look_up_once(const std::string& below, deadline until) const;
    [[nodiscard]] std::string index_below(const std::string& below) const;

    std::shared_ptr<const rooted_folder> root_;
    http::media_types types_;
    http::file_cache cache_;
    http::dot_names dots_;
    static_files_options options_;
    static_path path_;  // of the request that is being read; not used across a wait
};

static_answer static_files::site::answer(const static_request& request, deadline until) {
    if (request.method != "GET" && request.method != "HEAD") return maker::refusal(405);
    const std::size_t question = std::min(request.target.find('?'), request.target.size());
    switch (http::read_static_path(request.target.substr(0, question), dots_, path_)) {
        case path_verdict::malformed:
            return maker::refusal(400);
        case path_verdict::hidden:
            return maker::refusal(404);
        case path_verdict::good:
            break;
    }
    if (path_.folder) path_.below += '/';
    if (const http::served_set* const kept = cache_.find_valid(path_.below, deadline::now()))
        return of_set(request, *kept);
    if (path_.folder) path_.below.pop_back();
    const static_path path = path_;
    return look({request, request.target.substr(question), until}, path);
}

static_answer static_files::site::of_set(const static_request& request,
                                         const http::served_set& files) {
    return maker::of_file(request, files.choose(request.accept_encoding), wall_clock());
}

static_answer static_files::site::look(const asked& what, const static_path& path) {
    const std::string below = path.folder ? index_below(path.below) : path.below;
    lookup_result result = look_up(below, what.until);
    if (result.error == 0 && result.kind == found_kind::file)
        return found(what, path.folder ? path.below + '/' : path.below, below, std::move(result));
    cache_.drop(path.folder ? path.below + '/' : path.below);
    if (result.error == 0 && result.kind == found_kind::folder && !path.folder)
        return maker::redirect(location_of(path, what.query));
    const unsigned status = result.error == 0 ? 404 : status_of(result.error);
    if (status != 404) return maker::refusal(status);
    if (path.folder) return answer_folder(what, path.below);
    return answer_missing(what, path, 404);
}

/// One without an index, if it is one.
static_answer static_files::site::answer_folder(const asked& what, const std::string& below) {
    if (options_.list_folders) return list(what, below);
    const lookup_result result = look_up(below, what.until);
    const bool is_folder = result.error == 0 && result.kind == found_kind::folder;
    const unsigned status = is_folder ? 403 : result.error == 0 ? 404 : status_of(result.error);
    return answer_missing(what, {below, true}, status);
}

static_answer static_files::site::list(const asked& what, const std::string& below) {
    auto listing = thread_pool::shared().run(
        [root = root_, below, dots = dots_, most = options_.most_listed] {
            return http::read_listing(*root, below, dots, most);
        },
        what.until);
    if (!listing) throw_error(ETIMEDOUT, "static_files", below);
    if (listing->error != 0) return answer_missing(what, {below, true}, status_of(listing->error));
    return maker::page(http::folder_page(below, *listing));
}

/// A page of a program that runs in the browser has no file of its own.
static_answer static_files::site::answer_missing(const asked& what, const static_path& path,
                                                 unsigned status) {
    const bool is_page = status == 404 || (status == 403 && path.folder);
    if (!options_.single_page || !is_page ||
        last_segment(path.below).find('.') != std::string_view::npos ||
        !http::accepts_html(what.request.accept))
        return maker::refusal(status);
    if (const http::served_set* const kept = cache_.find_valid(options_.index, deadline::now()))
        return of_set(what.request, *kept);
    lookup_result result = look_up(options_.index, what.until);
    if (result.error != 0 || result.kind != found_kind::file) return maker::refusal(status);
    return found(what, options_.index, options_.index, std::move(result));
}

static_answer static_files::site::found(const asked& what, const std::string& key,
                                        const std::string& below, lookup_result result) {
    const http::served_set* const before = cache_.find(key);
    const http::served_set files =
        http::make_served(std::move(result), types_.of(last_segment(below)), options_.cache_control,
                          before ? *before : http::served_set());
    cache_.keep(key, files, deadline(options_.valid));
    return of_set(what.request, files);
}

std::string static_files::site::index_below(const std::string& below) const {
    return below == "." ? options_.index : below + '/' + options_.index;
}

/// Without descriptors left, those that are kept are given up first.
lookup_result static_files::site::look_up(const std::string& below, deadline until) {
    lookup_result result = look_up_once(below, until);
    if (result.error != EMFILE && result.error != ENFILE) return result;
    cache_.clear();
    return look_up_once(below, until);
}

lookup_result static_files::site::look_up_once(const std::string& below, deadline until) const {
    const http::lookup_wishes wishes{options_.precompressed, options_.small_file};
    lookup_result result = http::look_up(*root_, below, wishes, effort::in_cache);
    if (result.error != EAGAIN) return result;
    auto told = thread_pool::shared().run(
        [root = root_, below, wishes] { return http::look_up(*root, below, wishes, effort::full); },
        until);
    if (!told) throw_error(ETIMEDOUT, "static_files", below);
    return std::move(*told);
}

static_files::static_files(const std::string& folder, static_files_options options)
    : site_(std::make_unique<site>(folder, std::move(options))) {}

static_files::static_files(static_files&&) noexcept = default;
static_files& static_files::operator=(static_files&&) noexcept = default;
static_files::~static_files() = default;

static_answer static_files::answer(const static_request& request, deadline until) {
    return site_->answer(request, until);
}

}  // namespace grove
