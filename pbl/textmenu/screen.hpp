#pragma once

#include "pbl/textmenu/model.hpp"
#include "pbl/textmenu/text.hpp"

#include <string>
#include <vector>

namespace farboot::textmenu
{

struct Size {
    std::size_t columns = 80;
    std::size_t rows = 24;
    bool operator==(const Size&) const = default;
};

struct Row {
    std::string text; ///< printable, at most as wide as the screen
    enum class Look { plain, bold, reverse } look = Look::plain;
    bool operator==(const Row&) const = default;
};

/// The menu's rows from the top; the rows below them belong to the lines that others write to the terminal.
[[nodiscard]] std::vector<Row> lay_out(const Model& model, std::size_t selected, Size size, Charset charset);

/// Puts rows on a terminal with ECMA-48 sequences, those alone that have changed.
///
/// Agent, kernel and scripts write lines to the same terminal. So the rows below the menu are made its scrolling region
/// and the cursor is left there: foreign lines scroll by and stay whole, on the screen as in a log of the serial line.
/// (That is why this is not done with newt or curses, which believe that the screen is theirs alone.)
class Painter
{
public:
    explicit Painter(Size size) : size_(size) {}
    /// The bytes to write, in one write(): a terminal does not mix writes. Empty if nothing has changed.
    [[nodiscard]] std::string paint(const std::vector<Row>& rows, bool everything);
    /// Gives the whole terminal back.
    [[nodiscard]] std::string leave() const;

private:
    Size size_;
    std::vector<Row> painted_;
};

} // namespace farboot::textmenu
