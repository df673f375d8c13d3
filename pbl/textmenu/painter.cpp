#include "pbl/textmenu/screen.hpp"

#include <fmt/format.h>

namespace farboot::textmenu
{

namespace
{

const char* sequence(Row::Look look)
{
    switch (look) {
    case Row::Look::bold:
        return "\x1b[1m";
    case Row::Look::reverse:
        return "\x1b[7m";
    case Row::Look::plain:
        break;
    }
    return "";
}

} // namespace

std::string Painter::paint(const std::vector<Row>& rows, bool everything)
{
    std::string out;
    if (painted_.size() != rows.size())
        everything = true;
    if (everything)
        out += "\x1b[?25l"; // no cursor
    for (std::size_t i = 0; i < rows.size() && i < size_.rows; ++i) {
        if (!everything && painted_[i] == rows[i])
            continue;
        out += fmt::format("\x1b[{};1H{}{}\x1b[0m", i + 1, sequence(rows[i].look), rows[i].text);
        if (columns(rows[i].text) < size_.columns) // behind a full row the cursor still stands on its last character
            out += "\x1b[K";
    }
    if (out.empty())
        return out;
    painted_ = rows;
    if (rows.size() + 1 < size_.rows)
        out += fmt::format("\x1b[{};{}r", rows.size() + 1, size_.rows);
    out += fmt::format("\x1b[{};1H", size_.rows);
    return out;
}

std::string Painter::leave() const
{
    return fmt::format("\x1b[r\x1b[0m\x1b[?25h\x1b[{};1H\n", size_.rows);
}

} // namespace farboot::textmenu
