#include "tests/unit/pbl/textmenu/terminal_screen.hpp"

#include <algorithm>
#include <cstdlib>

namespace farboot::textmenu::testing_textmenu
{

namespace
{

std::size_t length_of(unsigned char first)
{
    return first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC0 ? 2 : 1;
}

} // namespace

TerminalScreen::TerminalScreen(std::size_t columns, std::size_t rows)
    : columns_(columns), height_(rows), cells_(rows, std::vector<std::string>(columns, " ")), bottom_(rows - 1)
{
}

void TerminalScreen::feed(std::string_view bytes)
{
    pending_ += bytes;
    std::size_t at = 0;
    while (at < pending_.size()) {
        const char c = pending_[at];
        if (c == '\x1b') {
            const auto end = pending_.find_first_of("ABCDHJKhlmr", at + 2);
            if (pending_.size() < at + 3 || end == std::string::npos)
                break;
            run_sequence(std::string_view(pending_).substr(at + 2, end - at - 2), pending_[end]);
            at = end + 1;
        } else if (c == '\r') {
            column_ = 0;
            ++at;
        } else if (c == '\n') {
            new_line();
            ++at;
        } else {
            const auto length = length_of(static_cast<unsigned char>(c));
            if (at + length > pending_.size())
                break;
            put(pending_.substr(at, length));
            at += length;
        }
    }
    pending_.erase(0, at);
}

std::vector<std::string> TerminalScreen::rows() const
{
    std::vector<std::string> rows;
    for (const auto& row : cells_) {
        std::string text;
        for (const auto& cell : row)
            text += cell;
        text.erase(text.find_last_not_of(' ') + 1);
        rows.push_back(std::move(text));
    }
    return rows;
}

std::string TerminalScreen::text() const
{
    std::string text;
    for (const auto& row : rows())
        text += row + "\n";
    return text;
}

void TerminalScreen::put(std::string character)
{
    if (column_ == columns_) {
        column_ = 0;
        new_line();
    }
    cells_[row_][column_++] = std::move(character);
}

void TerminalScreen::new_line()
{
    if (row_ != bottom_) {
        row_ = std::min(row_ + 1, height_ - 1);
        return;
    }
    const auto first = cells_.begin() + static_cast<std::ptrdiff_t>(top_);
    const auto last = cells_.begin() + static_cast<std::ptrdiff_t>(bottom_);
    std::rotate(first, first + 1, last + 1);
    last->assign(columns_, " ");
}

void TerminalScreen::run_sequence(std::string_view parameters, char final_byte)
{
    const auto semicolon = parameters.find(';');
    const auto number = [&](std::string_view text, std::size_t otherwise) {
        return text.empty() ? otherwise : std::strtoul(std::string(text).c_str(), nullptr, 10);
    };
    const auto first = number(parameters.substr(0, semicolon), 1);
    const auto second = semicolon == std::string_view::npos ? 0 : number(parameters.substr(semicolon + 1), 1);
    if (final_byte == 'H') {
        row_ = std::min(first, height_) - 1;
        column_ = second == 0 ? 0 : std::min(second, columns_) - 1;
    } else if (final_byte == 'K') {
        std::fill(cells_[row_].begin() + static_cast<std::ptrdiff_t>(std::min(column_, columns_)), cells_[row_].end(),
                  std::string(" "));
    } else if (final_byte == 'J') {
        cells_.assign(height_, std::vector<std::string>(columns_, " "));
    } else if (final_byte == 'r') {
        top_ = semicolon == std::string_view::npos ? 0 : first - 1;
        bottom_ = semicolon == std::string_view::npos ? height_ - 1 : second - 1;
        row_ = column_ = 0;
    } else if (final_byte != 'm' && final_byte != 'h' && final_byte != 'l') {
        ++unknown_;
    }
}

} // namespace farboot::textmenu::testing_textmenu
