#pragma once

#include "rootfs/waiting/bitmap.hpp"

#include <xcb/xcb.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace farboot::rootfs
{

/// A bar along the upper edge of an X screen, over everything, with sentences in it. Window, colours and letters are
/// made at the start; showing it needs no font and no file, and no answer of the X server.
class Banner
{
public:
    static constexpr const char* name = "farboot-waiting"; ///< of its window

    /// On the display of the environment. Throws std::runtime_error with a sentence if there is none.
    Banner();

    [[nodiscard]] int descriptor() const { return ::xcb_get_file_descriptor(connection_.get()); }
    /// Sentences in UTF-8; none: it goes. Over everything from then on.
    void show(std::vector<std::string> sentences);
    /// Takes what the X server has to say. False: it has gone.
    [[nodiscard]] bool take_events();
    /// Something lies over it, and it was raised not long ago: take_events() raises it after this time. A screen lock
    /// may want to be the uppermost, too.
    [[nodiscard]] std::optional<std::chrono::milliseconds> raises_in() const;

private:
    using Clock = std::chrono::steady_clock;
    struct Disconnect {
        void operator()(xcb_connection_t* connection) const { ::xcb_disconnect(connection); }
    };

    [[nodiscard]] std::uint32_t colour(std::uint8_t red, std::uint8_t green, std::uint8_t blue) const;
    [[nodiscard]] Bitmap empty_bitmap(std::size_t width, std::size_t height) const;
    [[nodiscard]] Glyphs read_font() const;
    void make_window();
    void draw();
    void put(const Bitmap& bitmap, xcb_drawable_t on, int y) const;
    void raise();

    std::unique_ptr<xcb_connection_t, Disconnect> connection_;
    const xcb_setup_t* setup_ = nullptr;
    const xcb_screen_t* screen_ = nullptr;
    std::optional<Glyphs> glyphs_;
    std::uint32_t ground_ = 0, ink_ = 0, edge_ = 0;
    xcb_window_t window_ = 0;
    xcb_gcontext_t pen_ = 0;
    std::uint16_t width_ = 0; ///< of the screen, which may be given another size
    std::vector<std::string> sentences_;
    bool covered_ = false;
    Clock::time_point raised_{};
};

} // namespace farboot::rootfs
