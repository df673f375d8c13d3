#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace farboot::textmenu
{

enum class KeyName { up, down, first, last, enter, escape, character };

struct Key {
    KeyName name;
    char character = 0; ///< of KeyName::character
    bool operator==(const Key&) const = default;
};

/// Keys from a terminal's bytes (ECMA-48 sequences as Linux' console, xterm and VT220 send them). A key that is not
/// known is passed over whole.
class KeyReader
{
public:
    void add(std::string_view bytes) { pending_ += bytes; }
    /// The next whole key.
    [[nodiscard]] std::optional<Key> next();
    /// True while it depends on the next byte whether there was an Escape key or a sequence.
    [[nodiscard]] bool is_waiting() const { return !pending_.empty(); }
    /// Nothing more came: what is pending is an Escape key. Clears it.
    [[nodiscard]] std::optional<Key> give_up_waiting();

private:
    [[nodiscard]] std::optional<std::optional<Key>> take();
    std::string pending_;
};

} // namespace farboot::textmenu
