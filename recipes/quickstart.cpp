// SPDX-License-Identifier: MIT
//
// What `make run` shows: a server that misbehaves, on greenlets of this process, and `grove fetch`
// bringing 200 files through it. Everything is checked at the end; the exit status says so.

#include <grove/digest.hpp>
#include <grove/event.hpp>
#include <grove/greenlet.hpp>
#include <grove/hub.hpp>
#include <grove/socket.hpp>

#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

constexpr int file_count = 200;

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

class naughty_server {
 public:
    naughty_server() : door_(*grove::endpoint::parse("127.0.0.1:0")) {}

    [[nodiscard]] std::string url() const { return "http://" + door_.local().text() + '/'; }

    void serve() {
        for (;;) {
            grove::spawn_detached([this, peer = door_.accept()]() mutable { talk(peer); });
        }
    }

 private:
    void talk(grove::socket& peer) {
        for (;;) {
            const std::string request = peer.read_line(30s);
            if (request.empty()) return;
            while (peer.read_line(30s).size() > 2) {
            }
            const std::size_t begin = request.find("file-") + 5;
            if (!answer(peer, std::stoi(request.substr(begin)))) return;
        }
    }

    /// False: the connection ends here.
    bool answer(grove::socket& peer, int number) {
        const int asked = ++asked_[static_cast<std::size_t>(number)];
        if (number == 77 && asked <= 2) {
            peer.write_all("HTTP/1.1 503 Busy\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n");
            return true;
        }
        const std::string body = content_of(number);
        peer.write_all("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) +
                       "\r\n\r\n");
        if (number % 10 == 3 && asked == 1) {
            peer.write_all(std::string_view(body).substr(0, body.size() / 2));
            return false;  // truncated
        }
        if (number % 40 == 0)
            drip(peer, body);
        else
            peer.write_all(body);
        return true;
    }

    static void drip(grove::socket& peer, std::string_view body) {
        while (!body.empty()) {
            peer.write_all(body.substr(0, 1000));
            body.remove_prefix(std::min<std::size_t>(body.size(), 1000));
            grove::sleep_for(50ms);
        }
    }

    grove::listener door_;
    std::array<int, file_count> asked_{};
};

/// Runs a command with our own stdin, stdout and stderr; the hub goes on meanwhile.
int run(std::vector<std::string> words) {
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    pid_t child = 0;
    if (posix_spawn(&child, words[0].c_str(), nullptr, nullptr, arguments.data(), environ) != 0) {
        std::perror(words[0].c_str());
        return 127;
    }
    const int watched = static_cast<int>(syscall(SYS_pidfd_open, child, 0));
    grove::event ended;
    {
        const grove::watch end = grove::hub::current().watch_fd(
            watched, grove::readiness::read, [&](grove::readiness) { ended.set(); },
            grove::keep_alive::yes);
        ended.wait();
    }
    close(watched);
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int count_good_files(const fs::path& folder) {
    int good = 0;
    for (int i = 0; i < file_count; ++i) {
        std::ifstream file(folder / name_of(i), std::ios::binary);
        std::ostringstream bytes;
        bytes << file.rdbuf();
        if (bytes.str() == content_of(i)) ++good;
    }
    return good;
}

int show(const fs::path& program, const fs::path& folder) {
    naughty_server server;
    auto serving = grove::spawn([&] { server.serve(); });
    const fs::path list = folder / "SHA256SUMS";
    {
        std::ofstream sums(list);
        for (int i = 0; i < file_count; ++i) {
            sums << sha256_of(content_of(i)) << "  " << name_of(i) << '\n';
        }
    }
    const std::string out = (folder / "out").string() + '/';
    std::printf(
        "A server of this process truncates every tenth file, drips some, and is busy once.\n"
        "\n  grove fetch -i SHA256SUMS --base %s -o out/\n\n",
        server.url().c_str());
    std::fflush(stdout);
    const int code =
        run({program.string(), "fetch", "-i", list.string(), "--base", server.url(), "-o", out});
    const int good = count_good_files(out);
    std::printf("\nfetch ended with %d; %d of %d files are whole, byte for byte.\n", code, good,
                file_count);
    std::printf("\nType next:\n  %s fetch --help\n  %s fetch -o - URL\n", program.c_str(),
                program.c_str());
    return code == 0 && good == file_count ? 0 : 1;
}

}  // namespace

int main() {
    const fs::path program = fs::read_symlink("/proc/self/exe").parent_path() / "grove";
    std::string pattern = (fs::temp_directory_path() / "grove-quickstart-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) {
        std::perror("mkdtemp");
        return 3;
    }
    const int result = show(program, pattern);
    fs::remove_all(pattern);
    return result;
}
