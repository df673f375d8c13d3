#pragma once

#include <xcb/xcb.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace farboot::test
{

/// Another program on the X display of the environment: has a window that fills the screen, and looks at the others'.
class XClient
{
public:
    /// Throws without a display.
    XClient();

    /// The root's child of that name.
    [[nodiscard]] std::optional<xcb_window_t> find(const std::string& name) const;
    [[nodiscard]] bool shown(xcb_window_t window) const;
    /// In the order of the root's children; a window in a window manager's frame lies where that lies.
    [[nodiscard]] bool is_above(xcb_window_t window, xcb_window_t other) const;
    [[nodiscard]] bool fills_screen(xcb_window_t window) const;

    /// Asks the window manager for a window without frame over the whole screen, as players and virt-viewer do.
    [[nodiscard]] xcb_window_t open_full_screen();
    /// The same without asking anybody; as a new window it is the uppermost.
    [[nodiscard]] xcb_window_t open_over_all();

private:
    struct Disconnect {
        void operator()(xcb_connection_t* connection) const { ::xcb_disconnect(connection); }
    };
    [[nodiscard]] xcb_window_t create(std::uint16_t width, std::uint16_t height, bool override_redirect);
    [[nodiscard]] xcb_atom_t atom(const std::string& name) const;
    [[nodiscard]] std::vector<xcb_window_t> children() const;
    [[nodiscard]] xcb_window_t child_of_root(xcb_window_t window) const;

    std::unique_ptr<xcb_connection_t, Disconnect> connection_;
    const xcb_screen_t* screen_;
};

} // namespace farboot::test
