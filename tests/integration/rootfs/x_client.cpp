#include "tests/integration/rootfs/x_client.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <stdexcept>

namespace farboot::test
{

namespace
{

struct Free {
    void operator()(void* reply) const { std::free(reply); }
};
template <class Reply>
std::unique_ptr<Reply, Free> held(Reply* reply)
{
    return std::unique_ptr<Reply, Free>(reply);
}

} // namespace

XClient::XClient() : connection_(::xcb_connect(nullptr, nullptr))
{
    if (::xcb_connection_has_error(connection_.get()))
        throw std::runtime_error("there is no X display");
    screen_ = ::xcb_setup_roots_iterator(::xcb_get_setup(connection_.get())).data;
}

xcb_atom_t XClient::atom(const std::string& name) const
{
    auto* const x = connection_.get();
    const auto length = static_cast<std::uint16_t>(name.size());
    return held(::xcb_intern_atom_reply(x, ::xcb_intern_atom(x, 0, length, name.data()), nullptr))->atom;
}

std::vector<xcb_window_t> XClient::children() const
{
    auto* const x = connection_.get();
    const auto tree = held(::xcb_query_tree_reply(x, ::xcb_query_tree(x, screen_->root), nullptr));
    const auto* const first = ::xcb_query_tree_children(tree.get());
    return {first, first + ::xcb_query_tree_children_length(tree.get())};
}

std::optional<xcb_window_t> XClient::find(const std::string& name) const
{
    auto* const x = connection_.get();
    for (const auto window : children()) {
        const auto asked = ::xcb_get_property(x, 0, window, XCB_ATOM_WM_NAME, XCB_ATOM_STRING, 0, 64);
        const auto value = held(::xcb_get_property_reply(x, asked, nullptr));
        if (!value)
            continue;
        const std::string text(static_cast<const char*>(::xcb_get_property_value(value.get())),
                               static_cast<std::size_t>(::xcb_get_property_value_length(value.get())));
        if (text == name)
            return window;
    }
    return std::nullopt;
}

bool XClient::shown(xcb_window_t window) const
{
    auto* const x = connection_.get();
    const auto state = held(::xcb_get_window_attributes_reply(x, ::xcb_get_window_attributes(x, window), nullptr));
    return state && state->map_state == XCB_MAP_STATE_VIEWABLE;
}

xcb_window_t XClient::child_of_root(xcb_window_t window) const
{
    auto* const x = connection_.get();
    for (;;) {
        const auto tree = held(::xcb_query_tree_reply(x, ::xcb_query_tree(x, window), nullptr));
        if (!tree || tree->parent == screen_->root || tree->parent == XCB_NONE)
            return window;
        window = tree->parent;
    }
}

bool XClient::is_above(xcb_window_t window, xcb_window_t other) const
{
    const auto all = children(); // from the lowest to the uppermost
    const auto one = std::ranges::find(all, child_of_root(window));
    const auto two = std::ranges::find(all, child_of_root(other));
    return one != all.end() && two != all.end() && one > two;
}

bool XClient::fills_screen(xcb_window_t window) const
{
    auto* const x = connection_.get();
    const auto place = held(::xcb_get_geometry_reply(x, ::xcb_get_geometry(x, window), nullptr));
    return place && place->width == screen_->width_in_pixels && place->height == screen_->height_in_pixels;
}

xcb_window_t XClient::create(std::uint16_t width, std::uint16_t height, bool override_redirect)
{
    const auto window = ::xcb_generate_id(connection_.get());
    const std::array<std::uint32_t, 2> values{screen_->white_pixel, override_redirect ? 1U : 0U};
    ::xcb_create_window(connection_.get(), XCB_COPY_FROM_PARENT, window, screen_->root, 0, 0, width, height, 0,
                        XCB_WINDOW_CLASS_INPUT_OUTPUT, screen_->root_visual,
                        XCB_CW_BACK_PIXEL | XCB_CW_OVERRIDE_REDIRECT, values.data());
    return window;
}

xcb_window_t XClient::open_full_screen()
{
    auto* const x = connection_.get();
    const auto window = create(400, 300, false);
    const auto full = atom("_NET_WM_STATE_FULLSCREEN");
    ::xcb_change_property(x, XCB_PROP_MODE_REPLACE, window, atom("_NET_WM_STATE"), XCB_ATOM_ATOM, 32, 1, &full);
    ::xcb_map_window(x, window);
    ::xcb_flush(x);
    return window;
}

xcb_window_t XClient::open_over_all()
{
    const auto window = create(screen_->width_in_pixels, screen_->height_in_pixels, true);
    ::xcb_map_window(connection_.get(), window);
    ::xcb_flush(connection_.get());
    return window;
}

} // namespace farboot::test
