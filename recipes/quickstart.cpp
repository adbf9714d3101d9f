// SPDX-License-Identifier: MIT
//
// What `make run` shows, on 127.0.0.1: `grove serve` with faults, `grove fetch` bringing 200 files
// through them, and `grove bench` telling what a server that stands still costs its clients.
// Everything is checked; the exit status says so.

#include <grove/digest.hpp>
#include <grove/file.hpp>
#include <grove/greenlet.hpp>
#include <grove/process.hpp>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

constexpr int file_count = 200;
constexpr auto frozen = 500ms;

std::string name_of(int number) {
    return "file-" + std::to_string(number) + ".bin";
}

/// Some kilobytes that differ from file to file.
std::string content_of(int number) {
    std::string bytes;
    unsigned state = static_cast<unsigned>(number) + 1;
    for (int i = 0; i < 2000 + number * 97; ++i) {
        state = state * 1664525U + 1013904223U;
        bytes += static_cast<char>(state >> 24);
    }
    return bytes;
}

std::string sha256_of(const std::string& bytes) {
    grove::digest sum;
    sum.update(bytes);
    return sum.hex();
}

void say(const std::string& text) {
    std::puts(text.c_str());
    std::fflush(stdout);
}

/// The number behind `"key":` that comes behind `"object":`.
double number_in(std::string_view json, std::string_view object, std::string_view key) {
    const auto behind = [&](std::string_view name, std::size_t from) {
        const std::size_t at = json.find('"' + std::string(name) + "\":", from);
        if (at == std::string_view::npos) throw std::runtime_error("no " + std::string(name));
        return at + name.size() + 3;
    };
    const std::size_t at = behind(key, object.empty() ? 0 : behind(object, 0));
    return std::strtod(std::string(json.substr(at, 32)).c_str(), nullptr);
}

/// `grove serve`, for as long as it lives.
class server {
 public:
    server(const std::string& program, std::vector<std::string> words)
        : process_({.command = with(program, std::move(words)),
                    .output = grove::stdio::pipe,
                    .errors = grove::stdio::null}),
          port_(static_cast<int>(number_in(process_.out().read_line(10s), "", "port"))) {}

    [[nodiscard]] std::string url() const {
        return "http://127.0.0.1:" + std::to_string(port_) + '/';
    }

    void stand_still(grove::duration time) {
        process_.signal(SIGSTOP);
        grove::sleep_for(time);
        process_.signal(SIGCONT);
    }

 private:
    static std::vector<std::string> with(const std::string& program,
                                         std::vector<std::string> words) {
        std::vector<std::string> all{program, "serve", "--json", "-p", "0"};
        all.insert(all.end(), words.begin(), words.end());
        return all;
    }

    grove::process process_;
    int port_;
};

void make_files(const fs::path& folder) {
    fs::create_directory(folder / "files");
    std::string sums;
    for (int i = 0; i < file_count; ++i) {
        grove::write_file_atomically((folder / "files" / name_of(i)).string(), content_of(i));
        sums += sha256_of(content_of(i)) + "  " + name_of(i) + '\n';
    }
    grove::write_file_atomically((folder / "SHA256SUMS").string(), sums);
}

int count_good_files(const fs::path& folder) {
    int good = 0;
    for (int i = 0; i < file_count; ++i) {
        const fs::path file = folder / name_of(i);
        if (fs::exists(file) && grove::read_file(file.string()) == content_of(i)) ++good;
    }
    return good;
}

/// Result: all files are there.
bool show_fetch(const std::string& program, const fs::path& folder) {
    say("A server that cuts answers short, is busy twice, and answers one file slowly:\n\n"
        "  grove serve files --fault 'path=/file-*3.bin truncate=1k first=20'\\\n"
        "                    --fault 'path=/file-77.bin status=503 first=2'\\\n"
        "                    --fault 'path=/file-40.bin rate=20k/s'\n");
    const server naughty(
        program, {(folder / "files").string(), "--fault", "path=/file-*3.bin truncate=1k first=20",
                  "--fault", "path=/file-77.bin status=503 first=2", "--fault",
                  "path=/file-40.bin rate=20k/s"});
    say("  grove fetch -i SHA256SUMS --base " + naughty.url() + " -o out/\n");
    const std::string out = (folder / "out").string() + '/';
    grove::process fetch({.command = {program, "fetch", "-i", (folder / "SHA256SUMS").string(),
                                      "--base", naughty.url(), "-o", out}});
    const auto ended = fetch.wait();
    const int good = count_good_files(out);
    std::printf("\nfetch ended with %s; %d of %d files are whole, byte for byte.\n\n",
                ended->text().c_str(), good, file_count);
    return ended->success() && good == file_count;
}

/// Result: what was measured can be true.
bool show_bench(const std::string& program) {
    server steady(program, {"/=json:{\"id\":1}"});
    say("A server that answers at once, but stands still for half a second:\n\n"
        "  grove serve '/=json:{\"id\":1}'\n"
        "  grove bench --rate 2000/s -z 3s -c 16 " +
        steady.url() + "\n");
    auto stop = grove::spawn([&] {
        grove::sleep_for(1s);
        steady.stand_still(frozen);
    });
    const grove::completed bench =
        grove::run({.command = {program, "bench", "-q", "--json", "--rate", "2000/s", "-z", "3s",
                                "-c", "16", steady.url()}});
    stop.join();
    if (!bench.status.success()) {
        std::printf("bench ended with %s\n%s", bench.status.text().c_str(), bench.err.c_str());
        return false;
    }
    const double corrected = number_in(bench.out, "latency", "p99") * 1000;
    const double raw = number_in(bench.out, "raw", "p99") * 1000;
    std::printf(
        "  %.0f requests; p99 as clients had to wait: %.1f ms (from the sending on: %.1f ms)\n",
        number_in(bench.out, "", "requests"), corrected, raw);
    return corrected > raw && corrected > 300;
}

int show(const std::string& program, const fs::path& folder) {
    make_files(folder);
    const bool fetched = show_fetch(program, folder);
    const bool measured = show_bench(program);
    return fetched && measured ? 0 : 1;
}

}  // namespace

int main() {
    const fs::path program = fs::read_symlink("/proc/self/exe").parent_path() / "grove";
    std::string pattern = (fs::temp_directory_path() / "grove-quickstart-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) {
        std::perror("mkdtemp");
        return 3;
    }
    int result = 1;
    try {
        result = show(program.string(), pattern);
    } catch (const std::exception& e) {
        std::fprintf(stderr, "quickstart: %s\n", e.what());
    }
    fs::remove_all(pattern);
    return result;
}
