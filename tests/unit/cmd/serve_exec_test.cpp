// SPDX-License-Identifier: MIT
#include "cmd/serve/fault_rules.hpp"
#include "cmd/serve/serve_options.hpp"
#include "cmd/serve/site.hpp"
#include "cmd/serve/tcp_exec.hpp"
#include "cmd/serve/web_handler.hpp"
#include "tests/support/greenlets.hpp"
#include "tests/support/http_client_bytes.hpp"
#include "tests/unit/io/connected.hpp"

#include <grove/greenlet.hpp>
#include <grove/http_server.hpp>
#include <grove/timeout.hpp>
#include <grove/websocket.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <fstream>
#include <memory>
#include <string>
#include <utility>

namespace {

using namespace std::chrono_literals;
using grove::socket;
using grove_test::loopback;
using grove_test::read_to_end;
using grove_test::read_up_to;
using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

std::string get(const std::string& path, const std::string& more = {}) {
    return "GET " + path + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n" + more + "\r\n";
}

/// The process is gone, at the latest in a while; whoever has to may not have asked how it ended.
bool is_gone(int pid) {
    const auto is_there = [pid] {
        std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
        std::string text;
        std::getline(stat, text);
        const std::size_t name_end = text.rfind(") ");
        return name_end != std::string::npos && text[name_end + 2] != 'Z';
    };
    for (int i = 0; i < 500 && is_there(); ++i) grove::sleep_for(10ms);
    return !is_there();
}

class execs : public grove_test::quiet {
 protected:
    void start(const std::string& command) {
        options_.routes = {
            {.path = "/run", .at = {}, .kind = grove::cmd::route_kind::exec, .argument = command}};
        context_.reset(new grove::cmd::serve_context{options_, faults_});
        site_ = std::make_unique<grove::cmd::site>(*context_);
        grove::http_server_options how;
        how.limits.body = options_.limit.body;
        web_ = std::make_unique<grove::http_server>(
            loopback(),
            [this](grove::http_request& asked, grove::http_response& answer) {
                site_->answer(asked, answer);
            },
            how);
    }

    [[nodiscard]] socket client(const std::string& said) const {
        socket made = socket::connect(web_->local());
        made.write_all(said);
        return made;
    }

    [[nodiscard]] std::string ask(const std::string& said) const {
        socket from = client(said);
        return grove_test::read_all(from);
    }

    [[nodiscard]] grove::websocket talk() const {
        return grove::websocket::connect("ws://" + web_->local().text() + "/run", {}, 5s);
    }

    grove::cmd::serve_options options_;
    grove::cmd::fault_rules faults_{{}, 1};
    std::unique_ptr<grove::cmd::serve_context> context_;
    std::unique_ptr<grove::cmd::site> site_;
    std::unique_ptr<grove::http_server> web_;
};

TEST_F(execs, answer_with_what_a_program_writes) {
    start("echo \"$REQUEST_METHOD $PATH_INFO $QUERY_STRING\"; tr a-z A-Z");
    EXPECT_THAT(
        ask("POST /run/x?q HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
            "Content-Length: 5\r\n\r\nhello"),
        AllOf(StartsWith("HTTP/1.1 200 OK\r\n"), HasSubstr("POST /x q\n"), HasSubstr("HELLO")));
}

TEST_F(execs, answer_as_it_is_written) {
    start("echo one; read line; echo \"$line\"");
    socket from = client("POST /run HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
    EXPECT_THAT(read_up_to(from, "one\n\r\n"), EndsWith("4\r\none\n\r\n"));
    from.write_all("4\r\ntwo\n\r\n0\r\n\r\n");
    EXPECT_EQ(read_up_to(from, "0\r\n\r\n"), "4\r\ntwo\n\r\n0\r\n\r\n");
}

TEST_F(execs, that_fail_at_once_say_why) {
    start("echo one >&2; echo 'no such thing' >&2; exit 3");
    EXPECT_THAT(ask(get("/run")),
                AllOf(StartsWith("HTTP/1.1 500 "), EndsWith("\r\n\r\nno such thing\n")));
    start("exit 3");
    EXPECT_THAT(ask(get("/run")), EndsWith("\r\n\r\nexit code 3\n"));
    EXPECT_THAT(reported, IsEmpty());
}

TEST_F(execs, without_output_are_an_empty_answer) {
    start("true");
    EXPECT_THAT(ask(get("/run")), StartsWith("HTTP/1.1 200 OK\r\n"));
}

TEST_F(execs, end_with_all_they_have_started_when_the_client_goes) {
    start("sleep 1000 & echo $!; wait");
    socket from = client(get("/run"));
    (void)read_up_to(from, "\r\n\r\n");
    (void)from.read_line(5s);  // the chunk's size
    const int pid = std::stoi(from.read_line(5s));
    EXPECT_EQ(::kill(pid, 0), 0);
    from.close();
    EXPECT_TRUE(is_gone(pid));
    EXPECT_THAT(reported, IsEmpty());
}

TEST_F(execs, are_not_for_pages_of_other_sites) {
    start("echo ran");
    EXPECT_THAT(ask(get("/run", "Origin: http://a\r\n")), HasSubstr("ran"));
    for (const std::string other :
         {"Origin: http://b\r\n", "Origin: null\r\n", "Sec-Fetch-Site: cross-site\r\n"}) {
        EXPECT_THAT(ask(get("/run", other)), StartsWith("HTTP/1.1 403 ")) << other;
    }
    options_.cors = true;
    EXPECT_THAT(ask(get("/run", "Origin: http://b\r\n")), HasSubstr("ran"));
}

TEST_F(execs, refuse_a_body_above_the_limit) {
    options_.limit.body = 3;
    start("cat");
    EXPECT_THAT(ask("POST /run HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello"),
                StartsWith("HTTP/1.1 413 "));
}

TEST_F(execs, exchange_lines_for_messages) {
    start("while read line; do echo \"got $line\"; done");
    grove::websocket peer = talk();
    for (const std::string said : {"one", "two"}) {
        peer.send(said);
        EXPECT_EQ(peer.receive(5s)->data, "got " + said);
    }
}

TEST_F(execs, close_the_websocket_with_how_they_ended) {
    start("echo last; echo 'out of paper' >&2; exit 1");
    grove::websocket peer = talk();
    EXPECT_EQ(peer.receive(5s)->data, "last");
    EXPECT_FALSE(peer.receive(5s));
    EXPECT_EQ(peer.end().code, 1011);
    EXPECT_EQ(peer.end().reason, "out of paper");
}

TEST_F(execs, end_when_their_websocket_does) {
    start("echo $$; exec sleep 1000");
    grove::websocket peer = talk();
    const int pid = std::stoi(std::string(peer.receive(5s)->data));
    peer.close();
    EXPECT_TRUE(is_gone(pid));
}

TEST_F(execs, can_be_one_for_all) {
    options_.broadcast = true;
    // Speaks when it is told to, by a file that appears.
    const grove_test::scratch_path go;
    start("while [ ! -e " + go.text() + " ]; do sleep 0.01; done; echo one; echo two");
    socket text = client(get("/run"));
    socket events = client(get("/run", "Accept: text/event-stream\r\n"));
    grove::websocket peer = talk();
    EXPECT_THAT(read_up_to(text, "\r\n\r\n"), HasSubstr("text/plain"));
    EXPECT_THAT(read_up_to(events, "\r\n\r\n"), HasSubstr("text/event-stream"));
    ::close(::open(go.text().c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
    EXPECT_EQ(peer.receive(5s)->data, "one");
    EXPECT_EQ(peer.receive(5s)->data, "two");
    EXPECT_FALSE(peer.receive(5s));
    EXPECT_EQ(peer.end().code, 1000);
    EXPECT_THAT(read_to_end(text), AllOf(HasSubstr("one\n"), HasSubstr("two\n")));
    EXPECT_THAT(read_to_end(events), AllOf(HasSubstr("data: one\n\n"), HasSubstr("data: two\n\n")));
    // It begins again for the next.
    EXPECT_THAT(ask(get("/run")), HasSubstr("two\n"));
}

TEST_F(execs, that_are_one_for_all_end_with_the_server) {
    options_.broadcast = true;
    start("echo $$; exec sleep 1000");
    grove::websocket peer = talk();
    const int pid = std::stoi(std::string(peer.receive(5s)->data));
    context_->stopping.set();
    EXPECT_TRUE(is_gone(pid));
    EXPECT_FALSE(peer.receive(5s));
}

class tcp_execs : public grove_test::quiet {
 protected:
    void start(const std::string& command) {
        serving_ = grove::spawn([this, command] {
            grove::cmd::serve_by_program(ends_.server, command);
            ends_.server.close();
        });
    }

    grove_test::connected ends_ = grove_test::tcp_pair();
    socket& client_ = ends_.client;
    grove::greenlet<void> serving_;
};

TEST_F(tcp_execs, have_the_connection_for_input_and_output) {
    start("echo \"$REMOTE_ADDR\"; sort");
    client_.write_all("b\na\n");
    client_.shutdown_write();
    EXPECT_EQ(read_to_end(client_), "127.0.0.1\na\nb\n");
    EXPECT_TRUE(serving_.join(5s));
}

TEST_F(tcp_execs, lose_no_output_to_input_that_they_did_not_read) {
    start("head -c 1");
    client_.write_all(std::string(100'000, 'x'));
    client_.shutdown_write();
    EXPECT_EQ(read_to_end(client_), "x");
    EXPECT_TRUE(serving_.join(5s));
}

TEST_F(tcp_execs, end_when_the_connection_is_reset) {
    start("echo $$; exec sleep 1000");
    const int pid = std::stoi(client_.read_line(5s));
    client_.abort();
    EXPECT_TRUE(is_gone(pid));
    EXPECT_TRUE(serving_.join(5s));
}

}  // namespace
