#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace farboot::textmenu::testing_textmenu
{

/// A terminal's screen, as far as the text menu and those who write lines beside it use one: cursor positions,
/// scrolling region, erasing. What it does not know it counts.
class TerminalScreen
{
public:
    TerminalScreen(std::size_t columns, std::size_t rows);
    void feed(std::string_view bytes);

    /// Rows from the top, without spaces at their ends; characters of several bytes stay whole.
    [[nodiscard]] std::vector<std::string> rows() const;
    [[nodiscard]] std::string text() const;
    [[nodiscard]] std::size_t unknown() const { return unknown_; }

private:
    void put(std::string character);
    void new_line();
    void run_sequence(std::string_view parameters, char final_byte);

    std::size_t columns_, height_;
    std::vector<std::vector<std::string>> cells_;
    std::size_t row_ = 0, column_ = 0, top_ = 0, bottom_;
    std::string pending_;
    std::size_t unknown_ = 0;
};

} // namespace farboot::textmenu::testing_textmenu
