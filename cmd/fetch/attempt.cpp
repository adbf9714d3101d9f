// SPDX-License-Identifier: MIT
#include "cmd/fetch/attempt.hpp"

#include "cmd/common/secrets.hpp"
#include "cmd/common/units.hpp"
#include "cmd/fetch/answer_facts.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <system_error>
#include <utility>

namespace grove::cmd {
namespace {

constexpr std::size_t largest_kept_body = std::size_t{16} << 20;

failure_class class_of(http::error_kind kind) noexcept {
    switch (kind) {
        case http::error_kind::url:
            return failure_class::url;
        case http::error_kind::dns:
            return failure_class::dns;
        case http::error_kind::no_name:
            return failure_class::no_name;
        case http::error_kind::connect:
            return failure_class::connect;
        case http::error_kind::tls:
            return failure_class::tls;
        case http::error_kind::timeout:
            return failure_class::timeout;
        case http::error_kind::stall:
            return failure_class::stall;
        case http::error_kind::reset:
            return failure_class::reset;
        case http::error_kind::truncated:
            return failure_class::truncated;
        case http::error_kind::protocol:
            return failure_class::protocol;
        case http::error_kind::redirect:
            return failure_class::redirect;
        case http::error_kind::stopped:
            return failure_class::stopped;
    }
    return failure_class::protocol;
}

/// The digests an attempt needs, over the whole file: a resumed one begins with what is there.
class digests {
 public:
    digests(const attempt_plan& plan, const job& what) {
        if (plan.keep_sha256) sums_.emplace_back(digest_algorithm::sha256);
        const auto& wanted = what.item.digest;
        if (wanted && !(plan.keep_sha256 && wanted->algorithm == digest_algorithm::sha256)) {
            sums_.emplace_back(wanted->algorithm);
        }
    }

    void start(body_target& target, std::uint64_t offset) {
        for (digest& sum : sums_) sum.reset();
        std::array<std::byte, 16384> piece;  // NOLINT(cppcoreguidelines-pro-type-member-init)
        for (std::uint64_t at = 0; !sums_.empty() && at < offset;) {
            const std::size_t n = target.read(at, piece);
            if (n == 0) break;
            for (digest& sum : sums_) sum.update(std::span<const std::byte>(piece).first(n));
            at += n;
        }
    }

    void update(std::string_view bytes) {
        for (digest& sum : sums_) sum.update(bytes);
    }

    void tell(result_record& record) const {
        for (const digest& sum : sums_) {
            auto& into =
                sum.algorithm() == digest_algorithm::sha256 ? record.sha256 : record.sha512;
            into = sum.hex();
        }
    }

 private:
    std::vector<digest> sums_;
};

class attempt_sink final : public http::body_sink {
 public:
    attempt_sink(const attempt_plan& plan, const job& what, body_target& target,
                 std::optional<resume_point> asked)
        : plan_(plan),
          url_(what.place().url),
          target_(target),
          asked_(std::move(asked)),
          digests_(plan, what) {
        target_.on_room([this] { resume(); });
    }

    ~attempt_sink() override { target_.on_room({}); }

    http::flow on_head(const http::answer_head& head) override;
    http::flow on_body(std::string_view piece) override;

    /// The answer's body is one to keep, whole and of the announced size.
    [[nodiscard]] bool has_body() const noexcept {
        return verdict_.use == body_use::from_zero || verdict_.use == body_use::append ||
               verdict_.use == body_use::complete;
    }

    [[nodiscard]] const body_verdict& verdict() const noexcept { return verdict_; }

    [[nodiscard]] const std::optional<resume_point>& asked() const noexcept { return asked_; }

    [[nodiscard]] const failure& refused() const noexcept { return refused_; }

    [[nodiscard]] const std::vector<http::header>& headers() const noexcept { return headers_; }

    [[nodiscard]] const std::string& body() const noexcept { return body_; }

    [[nodiscard]] const digests& sums() const noexcept { return digests_; }

    std::optional<std::string> retry_after;
    std::string content_disposition;

 private:
    static std::string_view text(const http::answer_head& head, std::string_view name) {
        return head.find(name).value_or("");
    }

    void remember(const http::answer_head& head);
    [[nodiscard]] http::flow refuse_size();

    const attempt_plan& plan_;
    const std::string& url_;
    body_target& target_;
    std::optional<resume_point> asked_;
    digests digests_;
    body_verdict verdict_;
    failure refused_;
    std::vector<http::header> headers_;
    std::string body_;
    deadline may_read_at_ = deadline::at(duration::min() / 4);
};

http::flow attempt_sink::on_head(const http::answer_head& head) {
    remember(head);
    const std::string_view range = text(head, "Content-Range");
    const std::string_view etag = text(head, "ETag");
    const std::string_view modified = text(head, "Last-Modified");
    const std::string_view type = text(head, "Content-Type");
    const std::string_view encoding = text(head, "Content-Encoding");
    verdict_ = judge_answer(asked_ ? &*asked_ : nullptr, {.status = head.status(),
                                                          .content_range = range,
                                                          .content_type = type,
                                                          .content_encoding = encoding,
                                                          .etag = etag,
                                                          .last_modified = modified,
                                                          .content_length = head.content_length()});
    if (plan_.form.method == "HEAD") verdict_.use = body_use::not_a_body;  // announced, never sent
    if (verdict_.use == body_use::ask_whole) return {http::flow::action::stop};
    if (!has_body() || verdict_.use == body_use::complete) return {};
    // What is decoded on the way has neither the announced size nor the ranges of the file.
    const bool decoded = plan_.options.http.compressed && !encoding.empty();
    body_start start{
        .use = verdict_.use, .url = url_, .total = decoded ? std::nullopt : verdict_.total};
    if (!decoded && text(head, "Accept-Ranges") != "none") {
        start.known = {std::string(etag), std::string(modified), std::string(text(head, "Date"))};
    }
    if (plan_.options.max_size && start.total > plan_.options.max_size->bytes) return refuse_size();
    target_.begin(start);
    digests_.start(target_, verdict_.use == body_use::append ? asked_->offset : 0);
    return {};
}

void attempt_sink::remember(const http::answer_head& head) {
    if (const auto wish = head.find("Retry-After")) retry_after = std::string(*wish);
    if (plan_.follow_names) content_disposition = text(head, "Content-Disposition");
    if (plan_.keep_headers) headers_ = head.all();
}

http::flow attempt_sink::refuse_size() {
    refused_ = {failure_class::size,
                "the body is larger than --max-size " + format_value(*plan_.options.max_size), 0};
    return {http::flow::action::stop};
}

http::flow attempt_sink::on_body(std::string_view piece) {
    if (plan_.limiter != nullptr) {
        const deadline now = deadline::now();
        if (now < may_read_at_) return {http::flow::action::pause, may_read_at_};
        may_read_at_ = plan_.limiter->charge(piece.size(), now);
    }
    if (plan_.keep_body && body_.size() < largest_kept_body) {
        body_.append(piece.substr(0, largest_kept_body - body_.size()));
    }
    if (!has_body() || verdict_.use == body_use::complete) return {};
    if (plan_.options.max_size && target_.size() + piece.size() > plan_.options.max_size->bytes) {
        return refuse_size();
    }
    if (!target_.write(piece)) return {http::flow::action::pause, never};
    digests_.update(piece);
    return {};
}

http::request request_for(const attempt_plan& plan, const job& what,
                          const std::optional<resume_point>& point) {
    http::request request = plan.form;
    request.url = what.place().url;
    for (const header_line& h : what.item.headers) request.headers.push_back({h.name, h.value});
    if (point) {
        request.headers.push_back({"Range", point->range()});
        request.headers.push_back({"If-Range", point->if_range()});
        // Counted bytes are those of the file, not of a compressed form of it.
        request.headers.push_back({"Accept-Encoding", "identity"});
    }
    return request;
}

void fill(result_record& record, http::exchange&& about) {
    record.final_url = mask_url(about.final_url);
    record.status = about.status;
    record.http_version = std::move(about.version);
    record.ip = std::move(about.ip);
    record.reused = about.reused;
    record.timings = {about.timings.dns, about.timings.connect, about.timings.tls,
                      about.timings.first_byte, about.timings.total};
}

/// Keeps what `--tell` asks for. What is not there is a failure: a script would go on without it.
failure tell(const fetch_options& options, const fact_source& facts, result_record& record) {
    record.told.clear();
    for (const fact_path& each : options.tell) {
        auto found = each.read(facts);
        if (!found) {
            return {failure_class::expect, each.source() + " is absent (of what --tell asks for)",
                    0};
        }
        record.told.push_back({each.source(), std::move(found->text), found->is_json});
    }
    return {};
}

/// What the answer means, once it came whole.
failure judge(const attempt_plan& plan, const job& what, const attempt_sink& sink,
              const body_target& target, result_record& record) {
    // A redirect that leads nowhere, or an unasked 304, brings nothing either.
    const int least = plan.options.http.follow ? 300 : 400;
    if (record.status >= least && !expects_status(plan.options)) {
        return {failure_class::status, "the server answered " + std::to_string(record.status),
                record.status};
    }
    const auto& wanted = what.item.digest;
    const bool is_sha256 = wanted && wanted->algorithm == digest_algorithm::sha256;
    const std::string& sum = is_sha256 ? record.sha256 : record.sha512;
    if (wanted && sink.has_body() && sum != wanted->hex) {
        return {
            failure_class::digest,
            std::string(to_string(wanted->algorithm)) + " is " + sum + ", expected " + wanted->hex,
            0};
    }
    const answer_facts facts(record, sink.headers(), sink.body(), target.size());
    for (const expression& e : plan.options.expect) {
        if (const verdict holds = e.evaluate(facts); !holds) {
            return {failure_class::expect, holds.explanation, 0};
        }
    }
    return tell(plan.options, facts, record);
}

}  // namespace

failure to_failure(const http::error& e, std::string_view asked, std::string_view where) {
    std::string text = e.reason();
    if (!where.empty() && where != asked) text += " (at " + mask_url(where) + ')';
    const bool unknown_issuer =
        text.find("issuer") != std::string::npos || text.find("self-signed") != std::string::npos;
    if (e.kind() == http::error_kind::tls && unknown_issuer) {
        text += "; --cacert FILE names whom to trust";
    }
    return {class_of(e.kind()), std::move(text), 0};
}

attempt_result run_attempt(const attempt_plan& plan, const job& what, body_target& target,
                           result_record& record) {
    http::exchange about;
    attempt_result result;
    std::optional<resume_point> point;
    std::optional<attempt_sink> sink;
    try {
        point = target.resume();
        if (point && !continues(*point, what.place().url)) point.reset();
        sink.emplace(plan, what, target, point);
        const duration limit = plan.options.timeout.value_or(duration::max());
        plan.client.perform(request_for(plan, what, point), *sink, about, limit);
        fill(record, std::move(about));
        sink->sums().tell(record);
        if (sink->has_body()) record.bytes = target.size();
        if (sink->has_body() && point && sink->verdict().use != body_use::from_zero) {
            record.resumed = point->offset;
        }
        record.error = judge(plan, what, *sink, target, record);
    } catch (const http::error& e) {
        record.error = to_failure(e, what.place().url, about.final_url);
        fill(record, std::move(about));
    } catch (const std::system_error& e) {
        fill(record, std::move(about));
        record.error = {failure_class::file, e.what(), 0};
        result.file_error = e.code().value();
    }
    if (!sink) return result;
    if (sink->refused()) record.error = sink->refused();
    result.ask_whole = sink->verdict().use == body_use::ask_whole;
    if (result.ask_whole) {
        record.error = {failure_class::truncated, sink->verdict().why, record.status};
    }
    result.retry_after = sink->retry_after;
    result.content_disposition = sink->content_disposition;
    result.has_body = sink->has_body();
    return result;
}

}  // namespace grove::cmd
