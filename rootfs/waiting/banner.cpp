#include "rootfs/waiting/banner.hpp"

#include "rootfs/waiting/sentences.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <stdexcept>

namespace farboot::rootfs
{

namespace
{

constexpr auto raise_every = std::chrono::seconds(1);
constexpr std::size_t letters_a_line = 106; // of the smallest font at any size of screen
constexpr std::size_t edge_pixels = 2;      // each times the scale
constexpr std::size_t margin_pixels = 6;

struct Free {
    void operator()(void* reply) const { std::free(reply); }
};
template <class Reply>
using Held = std::unique_ptr<Reply, Free>;

/// Throws on a request that the server refuses.
template <class Reply>
Held<Reply> expect(Reply* reply, const char* what)
{
    if (!reply)
        throw std::runtime_error(std::string("the X server refuses ") + what);
    return Held<Reply>(reply);
}

} // namespace

Banner::Banner() : connection_(::xcb_connect(nullptr, nullptr))
{
    if (::xcb_connection_has_error(connection_.get()))
        throw std::runtime_error("there is no X display, or this user may not use it (DISPLAY, XAUTHORITY)");
    setup_ = ::xcb_get_setup(connection_.get());
    screen_ = ::xcb_setup_roots_iterator(setup_).data;
    width_ = screen_->width_in_pixels;
    ground_ = colour(0xff, 0xd1, 0x66);
    ink_ = colour(0x1b, 0x26, 0x3b);
    edge_ = ink_;
    glyphs_ = read_font();
    make_window();
    ::xcb_flush(connection_.get());
}

std::uint32_t Banner::colour(std::uint8_t red, std::uint8_t green, std::uint8_t blue) const
{
    const auto wide = [](std::uint8_t value) { return static_cast<std::uint16_t>(value * 0x101); };
    const auto cookie =
        ::xcb_alloc_color(connection_.get(), screen_->default_colormap, wide(red), wide(green), wide(blue));
    return expect(::xcb_alloc_color_reply(connection_.get(), cookie, nullptr), "a colour")->pixel;
}

Bitmap Banner::empty_bitmap(std::size_t width, std::size_t height) const
{
    return {width, height, setup_->bitmap_format_scanline_pad,
            setup_->bitmap_format_bit_order == XCB_IMAGE_ORDER_LSB_FIRST};
}

/// "fixed" is part of every X server; it is drawn once and read back.
Glyphs Banner::read_font() const
{
    auto* const x = connection_.get();
    const auto font = ::xcb_generate_id(x);
    ::xcb_open_font(x, font, 5, "fixed");
    const auto size = expect(::xcb_query_font_reply(x, ::xcb_query_font(x, font), nullptr), "the font \"fixed\"");
    const auto width = static_cast<std::uint16_t>(size->max_bounds.character_width);
    const auto height = static_cast<std::uint16_t>(size->font_ascent + size->font_descent);
    Glyphs glyphs{empty_bitmap(std::size_t{16} * width, std::size_t{16} * height), width, height};

    const auto picture = ::xcb_generate_id(x);
    const auto pen = ::xcb_generate_id(x);
    const auto across = static_cast<std::uint16_t>(16 * width);
    const auto down = static_cast<std::uint16_t>(16 * height);
    ::xcb_create_pixmap(x, 1, picture, screen_->root, across, down);
    const std::array<std::uint32_t, 3> clear{0, 0, font};
    ::xcb_create_gc(x, pen, picture, XCB_GC_FOREGROUND | XCB_GC_BACKGROUND | XCB_GC_FONT, clear.data());
    const xcb_rectangle_t all{0, 0, across, down};
    ::xcb_poly_fill_rectangle(x, picture, pen, 1, &all);
    const std::uint32_t ink = 1;
    ::xcb_change_gc(x, pen, XCB_GC_FOREGROUND, &ink);
    for (int code = 0; code < 256; ++code) {
        const auto letter = static_cast<char>(code);
        ::xcb_image_text_8(x, 1, picture, pen, static_cast<std::int16_t>(code % 16 * width),
                           static_cast<std::int16_t>(code / 16 * height + size->font_ascent), &letter);
    }
    const auto image =
        expect(::xcb_get_image_reply(x, ::xcb_get_image(x, XCB_IMAGE_FORMAT_XY_PIXMAP, picture, 0, 0, across, down, 1),
                                     nullptr),
               "to show what was drawn");
    const auto* const bytes = ::xcb_get_image_data(image.get());
    const auto count = static_cast<std::size_t>(::xcb_get_image_data_length(image.get()));
    if (count < glyphs.picture.bytes().size())
        throw std::runtime_error("the X server's pictures have another form than it says");
    std::copy_n(bytes, glyphs.picture.bytes().size(), glyphs.picture.bytes().begin());
    ::xcb_free_pixmap(x, picture);
    ::xcb_free_gc(x, pen);
    ::xcb_close_font(x, font);
    return glyphs;
}

void Banner::make_window()
{
    auto* const x = connection_.get();
    const std::uint32_t root_events = XCB_EVENT_MASK_STRUCTURE_NOTIFY;
    ::xcb_change_window_attributes(x, screen_->root, XCB_CW_EVENT_MASK, &root_events);
    window_ = ::xcb_generate_id(x);
    // No window manager: it could be waiting itself, and would give it a frame, the keyboard, and a place below.
    const std::array<std::uint32_t, 3> values{ground_, 1, XCB_EVENT_MASK_VISIBILITY_CHANGE};
    ::xcb_create_window(x, XCB_COPY_FROM_PARENT, window_, screen_->root, 0, 0, width_, 1, 0,
                        XCB_WINDOW_CLASS_INPUT_OUTPUT, screen_->root_visual,
                        XCB_CW_BACK_PIXEL | XCB_CW_OVERRIDE_REDIRECT | XCB_CW_EVENT_MASK, values.data());
    const std::string_view title(name);
    ::xcb_change_property(x, XCB_PROP_MODE_REPLACE, window_, XCB_ATOM_WM_NAME, XCB_ATOM_STRING, 8,
                          static_cast<std::uint32_t>(title.size()), title.data());
    pen_ = ::xcb_generate_id(x);
    const std::array<std::uint32_t, 3> colours{ink_, ground_, 0};
    ::xcb_create_gc(x, pen_, window_, XCB_GC_FOREGROUND | XCB_GC_BACKGROUND | XCB_GC_GRAPHICS_EXPOSURES,
                    colours.data());
    ::xcb_get_maximum_request_length(x); // asked now: the answer is needed for large pictures
}

void Banner::show(std::vector<std::string> sentences)
{
    sentences_ = std::move(sentences);
    if (sentences_.empty())
        ::xcb_unmap_window(connection_.get(), window_);
    else
        draw();
    ::xcb_flush(connection_.get());
}

/// The sentences become the window's background: the server paints it again whenever it must, by itself.
void Banner::draw()
{
    auto* const x = connection_.get();
    const auto scale = std::max<std::size_t>(2, width_ / (letters_a_line * glyphs_->width));
    const auto margin = margin_pixels * scale;
    const auto line = glyphs_->height * scale;
    const auto lines = wrap(sentences_, std::max<std::size_t>(1, (width_ - 2 * margin) / (glyphs_->width * scale)));
    const auto height = static_cast<std::uint16_t>(2 * margin + lines.size() * line);

    const auto ground = ::xcb_generate_id(x);
    ::xcb_create_pixmap(x, screen_->root_depth, ground, screen_->root, width_, height);
    const auto fill = [&](std::uint32_t with, std::size_t from, std::size_t rows) {
        ::xcb_change_gc(x, pen_, XCB_GC_FOREGROUND, &with);
        const xcb_rectangle_t part{0, static_cast<std::int16_t>(from), width_, static_cast<std::uint16_t>(rows)};
        ::xcb_poly_fill_rectangle(x, ground, pen_, 1, &part);
    };
    fill(ground_, 0, height);
    fill(edge_, height - edge_pixels * scale, edge_pixels * scale);
    ::xcb_change_gc(x, pen_, XCB_GC_FOREGROUND, &ink_);
    for (std::size_t i = 0; i < lines.size(); ++i) { // one by one: a request has its limit
        auto bitmap = empty_bitmap(width_, line);
        glyphs_->write(bitmap, margin, 0, scale, to_latin1(lines[i]));
        put(bitmap, ground, static_cast<int>(margin + i * line));
    }
    ::xcb_change_window_attributes(x, window_, XCB_CW_BACK_PIXMAP, &ground);
    ::xcb_free_pixmap(x, ground);
    const std::array<std::uint32_t, 4> place{0, 0, width_, height};
    ::xcb_configure_window(
        x, window_, XCB_CONFIG_WINDOW_X | XCB_CONFIG_WINDOW_Y | XCB_CONFIG_WINDOW_WIDTH | XCB_CONFIG_WINDOW_HEIGHT,
        place.data());
    ::xcb_clear_area(x, 0, window_, 0, 0, 0, 0);
    raise();
    ::xcb_map_window(x, window_);
}

void Banner::put(const Bitmap& bitmap, xcb_drawable_t on, int y) const
{
    ::xcb_put_image(connection_.get(), XCB_IMAGE_FORMAT_XY_BITMAP, on, pen_, static_cast<std::uint16_t>(bitmap.width()),
                    static_cast<std::uint16_t>(bitmap.height()), 0, static_cast<std::int16_t>(y), 0, 1,
                    static_cast<std::uint32_t>(bitmap.bytes().size()), bitmap.bytes().data());
}

void Banner::raise()
{
    const std::uint32_t above = XCB_STACK_MODE_ABOVE;
    ::xcb_configure_window(connection_.get(), window_, XCB_CONFIG_WINDOW_STACK_MODE, &above);
    raised_ = Clock::now();
    covered_ = false;
}

bool Banner::take_events()
{
    auto* const x = connection_.get();
    auto resized = false;
    while (const Held<xcb_generic_event_t> event{::xcb_poll_for_event(x)}) {
        const auto kind = event->response_type & 0x7fU;
        if (kind == XCB_VISIBILITY_NOTIFY) {
            covered_ =
                reinterpret_cast<const xcb_visibility_notify_event_t&>(*event).state != XCB_VISIBILITY_UNOBSCURED;
        } else if (kind == XCB_CONFIGURE_NOTIFY) {
            const auto& change = reinterpret_cast<const xcb_configure_notify_event_t&>(*event);
            resized = resized || (change.window == screen_->root && change.width != width_);
            width_ = change.window == screen_->root ? change.width : width_;
        }
    }
    if (!sentences_.empty() && resized)
        draw();
    if (!sentences_.empty() && covered_ && Clock::now() >= raised_ + raise_every)
        raise();
    ::xcb_flush(x);
    return !::xcb_connection_has_error(x);
}

std::optional<std::chrono::milliseconds> Banner::raises_in() const
{
    if (sentences_.empty() || !covered_)
        return std::nullopt;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(raised_ + raise_every - Clock::now());
    return std::max(left, std::chrono::milliseconds(0));
}

} // namespace farboot::rootfs
