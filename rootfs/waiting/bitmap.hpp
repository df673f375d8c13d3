#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace farboot::rootfs
{

/// One bit a pixel, as an X server keeps it: lines are filled up to whole units of `pad` bits, the first pixel of a
/// byte is its lowest or its highest bit.
class Bitmap
{
public:
    Bitmap(std::size_t width, std::size_t height, std::size_t pad, bool lowest_first)
        : width_(width),
          height_(height),
          line_bytes_((width + pad - 1) / pad * pad / 8),
          lowest_first_(lowest_first),
          bytes_(line_bytes_ * height)
    {
    }

    [[nodiscard]] std::size_t width() const { return width_; }
    [[nodiscard]] std::size_t height() const { return height_; }
    [[nodiscard]] std::vector<std::uint8_t>& bytes() { return bytes_; }
    [[nodiscard]] const std::vector<std::uint8_t>& bytes() const { return bytes_; }
    [[nodiscard]] std::size_t line_bytes() const { return line_bytes_; }

    [[nodiscard]] bool at(std::size_t x, std::size_t y) const
    {
        return (bytes_[y * line_bytes_ + x / 8] & bit(x)) != 0;
    }
    /// What lies outside is left out.
    void set(std::size_t x, std::size_t y)
    {
        if (x < width_ && y < height_)
            bytes_[y * line_bytes_ + x / 8] |= bit(x);
    }

private:
    [[nodiscard]] std::uint8_t bit(std::size_t x) const
    {
        return static_cast<std::uint8_t>(lowest_first_ ? 1U << x % 8 : 0x80U >> x % 8);
    }

    std::size_t width_;
    std::size_t height_;
    std::size_t line_bytes_;
    bool lowest_first_;
    std::vector<std::uint8_t> bytes_;
};

/// The letters of a font, each in a cell of one size, sixteen in a row, from 0 to 255.
struct Glyphs {
    Bitmap picture;
    std::size_t width;  ///< of a cell
    std::size_t height; ///< of a cell

    /// Writes text in Latin-1, each pixel a square of `scale`, with its left upper corner there.
    void write(Bitmap& on, std::size_t x, std::size_t y, std::size_t scale, std::string_view text) const
    {
        for (const char c : text) {
            const auto code = static_cast<unsigned char>(c);
            for (std::size_t row = 0; row < height * scale; ++row)
                for (std::size_t column = 0; column < width * scale; ++column)
                    if (picture.at(code % 16 * width + column / scale, code / 16 * height + row / scale))
                        on.set(x + column, y + row);
            x += width * scale;
        }
    }
};

} // namespace farboot::rootfs
