// SPDX-License-Identifier: MIT
#include "cmd/run/recipe/placed_text.hpp"

#include <algorithm>
#include <utility>

namespace grove::cmd {
namespace {

class splitter {
 public:
    explicit splitter(const placed_text& text) : from_(text), text_(text.text) {}

    std::optional<text_error> split(std::vector<placed_text>& into) {
        while (at_ < text_.size()) {
            const char c = text_[at_];
            if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
                end_word();
                ++at_;
            } else if (auto wrong = take(c)) {
                return wrong;
            }
        }
        end_word();
        into = std::move(words_);
        return std::nullopt;
    }

 private:
    std::optional<text_error> take(char c) {
        if (text_.substr(at_).starts_with("{{")) {
            const std::size_t close = std::min(text_.find("}}", at_), text_.size() - 2) + 2;
            keep(at_, close - at_);
            at_ = close;
            return std::nullopt;
        }
        if (c == '\'' || c == '"') return take_quoted(c);
        if (c == '\\' && at_ + 1 < text_.size()) ++at_;
        keep(at_++, 1);
        return std::nullopt;
    }

    std::optional<text_error> take_quoted(char quote) {
        const std::size_t begin = at_++;
        open();
        while (at_ < text_.size() && text_[at_] != quote) {
            const bool escaped = quote == '"' && text_[at_] == '\\' && at_ + 1 < text_.size() &&
                                 (text_[at_ + 1] == '"' || text_[at_ + 1] == '\\');
            if (escaped) ++at_;
            keep(at_++, 1);
        }
        if (at_ == text_.size()) return text_error{"the quote is not closed", begin, {}};
        ++at_;
        return std::nullopt;
    }

    void open() {
        if (!std::exchange(in_word_, true)) word_ = {};
    }

    void keep(std::size_t begin, std::size_t length) {
        open();
        word_.append(from_.part(begin, length));
    }

    void end_word() {
        if (!std::exchange(in_word_, false)) return;
        if (word_.places.empty()) word_.places.push_back(from_.place(at_ == 0 ? 0 : at_ - 1));
        words_.push_back(std::move(word_));
    }

    const placed_text& from_;
    std::string_view text_;
    std::size_t at_ = 0;
    bool in_word_ = false;
    placed_text word_;
    std::vector<placed_text> words_;
};

}  // namespace

placed_text placed_text::part(std::size_t begin, std::size_t length) const {
    placed_text made{.text = text.substr(begin, length), .places = {}};
    const auto first = places.begin() + static_cast<std::ptrdiff_t>(begin);
    made.places.assign(first, first + static_cast<std::ptrdiff_t>(made.text.size()) + 1);
    return made;
}

void placed_text::append(const placed_text& more) {
    if (!places.empty()) places.pop_back();
    text += more.text;
    places.insert(places.end(), more.places.begin(), more.places.end());
}

void placed_text::append(std::string_view more, std::size_t place) {
    append({.text = std::string(more), .places = std::vector<std::size_t>(more.size() + 1, place)});
}

std::optional<text_error> split_words(const placed_text& text, std::vector<placed_text>& into) {
    return splitter(text).split(into);
}

}  // namespace grove::cmd
