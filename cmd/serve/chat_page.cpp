// SPDX-License-Identifier: MIT
#include "cmd/serve/chat_page.hpp"

#include "cmd/common/base64.hpp"
#include "cmd/common/html_text.hpp"
#include "cmd/common/percent_code.hpp"
#include "cmd/serve/chat_page_parts.hpp"

#include <grove/digest.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace grove::cmd {
namespace {

std::string page(std::string_view title, std::string_view body) {
    return fmt::format(R"(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{}</title>
<link rel="icon" href="data:,">
<style>{}</style>
</head>
{}
</html>
)",
                       html_text(title), chat_page_style, body);
}

std::string encoded(std::string_view name) {
    return percent_encode(name, "");
}

/// As in `script-src 'sha256-..'` (CSP level 3, section 8.3).
std::string source_hash(std::string_view text) {
    digest sum(digest_algorithm::sha256);
    sum.update(text);
    const std::string hex = sum.hex();
    std::string bytes;
    for (std::size_t at = 0; at < hex.size(); at += 2) {
        unsigned char byte = 0;
        std::from_chars(hex.data() + at, hex.data() + at + 2, byte, 16);
        bytes += static_cast<char>(byte);
    }
    return "'sha256-" + base64(bytes) + "'";
}

/// `html_text`, with line breaks as they are.
std::string html_lines(std::string_view text) {
    std::string result;
    for (;;) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        result += html_text(text.substr(0, end));
        if (end == text.size()) return result;
        result += '\n';
        text.remove_prefix(end + 1);
    }
}

std::string message_item(const chat_message& message) {
    return fmt::format("<li data-id=\"{}\"><b>{}</b> <p>{}</p></li>\n", message.id,
                       html_text(message.user), html_lines(message.text));
}

}  // namespace

std::string chat_name_page() {
    return page("Chat", R"(<body class="door">
<main>
<h1>Chat</h1>
<form method="get" action="./">
<label for="user">Your name</label>
<input id="user" name="user" required maxlength="30" autocomplete="nickname" autofocus
 pattern="[^:\/]+" title="neither : nor /">
<button>Enter</button>
</form>
</main>
</body>)");
}

std::string chat_rooms_page(const chat& all, std::string_view user) {
    std::string links;
    for (const chat_room& room : all.rooms()) {
        links += fmt::format("<li><a href=\"{}/{}\">{}</a></li>\n", encoded(room.name()),
                             encoded(user), html_text(room.name()));
    }
    return page("Rooms", fmt::format(R"(<body class="door">
<main>
<h1>Rooms</h1>
<p class="who">You are <b>{}</b>. <a href="./">Another name</a></p>
<ul class="rooms">
{}</ul>
</main>
</body>)",
                                     html_text(user), links));
}

std::string chat_room_page(const chat_room& room, std::string_view user) {
    std::string said;
    std::uint64_t seen = room.before_backlog();
    while (const chat_message* const next = room.after(seen)) {
        said += message_item(*next);
        seen = next->id;
    }
    const std::string place = encoded(room.name()) + "/" + encoded(user);
    return page(room.name(), fmt::format(R"(<body class="room" data-user="{0}" data-place="{1}">
<header>
<h1>{2}</h1>
<p class="who">You are <b>{0}</b>. <a href="../{3}">Other rooms</a></p>
<p id="state" role="status">Connecting</p>
</header>
<main>
<ol id="said" role="log" aria-live="polite" aria-label="Messages" tabindex="0">{4}</ol>
</main>
<form id="say" method="post" action="../put/{1}">
<label for="text" class="hidden">Message</label>
<input id="text" name="message" required maxlength="1000" autocomplete="off" autofocus
 enterkeyhint="send">
<button>Send</button>
<p id="trouble" role="alert"></p>
</form>
<noscript><p>This page needs JavaScript to show what is said from now on.</p></noscript>
<script>{5}</script>
</body>)",
                                         html_text(user), place, html_text(room.name()),
                                         encoded(user), said, chat_page_script));
}

std::string chat_page_policy() {
    return fmt::format(
        "default-src 'none'; style-src {}; script-src {}; connect-src 'self'; img-src data:; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        source_hash(chat_page_style), source_hash(chat_page_script));
}

}  // namespace grove::cmd
