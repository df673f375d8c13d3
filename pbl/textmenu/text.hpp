#pragma once

#include <string>
#include <string_view>
#include <vector>

/// Text for a terminal: foreign text made harmless, measured in columns, and spelt with what the terminal has.
namespace farboot::textmenu
{

enum class Charset {
    utf8,
    ascii, ///< "ä" becomes "ae"
};

/// `text` (UTF-8 from the network) as characters of one column each: control characters are dropped, as a terminal
/// would obey them; what has no place in a text menu (wide or right-to-left scripts, broken UTF-8) becomes "?".
[[nodiscard]] std::string printable(std::string_view text, Charset charset);

/// Columns of a printable text.
[[nodiscard]] std::size_t columns(std::string_view printable);
/// Cut to, or filled with spaces up to, exactly `width` columns.
[[nodiscard]] std::string fit(std::string_view printable, std::size_t width);
/// Broken at spaces into at most `lines` lines of at most `width` columns; the last one is cut.
[[nodiscard]] std::vector<std::string> wrap(std::string_view printable, std::size_t width, std::size_t lines);

} // namespace farboot::textmenu
