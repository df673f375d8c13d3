#include "pbl/textmenu/keys.hpp"

namespace farboot::textmenu
{

namespace
{

constexpr char escape = '\x1b';

std::optional<Key> from_sequence(std::string_view parameters, char final_byte)
{
    switch (final_byte) {
    case 'A':
        return Key{KeyName::up};
    case 'B':
        return Key{KeyName::down};
    case 'H':
        return Key{KeyName::first};
    case 'F':
        return Key{KeyName::last};
    case '~':
        if (parameters == "1" || parameters == "7")
            return Key{KeyName::first};
        if (parameters == "4" || parameters == "8")
            return Key{KeyName::last};
        return std::nullopt;
    default:
        return std::nullopt;
    }
}

} // namespace

std::optional<Key> KeyReader::next()
{
    while (!pending_.empty()) {
        const auto taken = take();
        if (!taken)
            return std::nullopt; // more has to come
        if (*taken)
            return *taken;
    }
    return std::nullopt;
}

std::optional<Key> KeyReader::give_up_waiting()
{
    if (pending_.empty())
        return std::nullopt;
    pending_.clear();
    return Key{KeyName::escape};
}

/// Outer nothing: the sequence is not complete. Inner nothing: not a key of ours.
std::optional<std::optional<Key>> KeyReader::take()
{
    const auto drop = [this](std::size_t count) { pending_.erase(0, count); };
    const char first = pending_.front();
    if (first != escape) {
        drop(1);
        if (first == '\r' || first == '\n')
            return Key{KeyName::enter};
        if (first > 0x20 && first < 0x7f)
            return Key{KeyName::character, first};
        return std::optional<Key>();
    }
    if (pending_.size() == 1)
        return std::nullopt;
    if (pending_[1] == escape) { // twice the key
        drop(1);
        return Key{KeyName::escape};
    }
    if (pending_[1] != '[' && pending_[1] != 'O') { // Alt and a key
        drop(2);
        return std::optional<Key>();
    }
    std::size_t at = 2;
    if (pending_.starts_with("\x1b[[")) // the Linux console's function keys
        ++at;
    while (at < pending_.size() && pending_[at] >= 0x20 && pending_[at] < 0x40)
        ++at;
    if (at > 32) { // no terminal sends that
        pending_.clear();
        return std::optional<Key>();
    }
    if (at >= pending_.size())
        return std::nullopt;
    const bool function_key = pending_[2] == '[';
    const auto key = function_key ? std::nullopt : from_sequence(pending_.substr(2, at - 2), pending_[at]);
    drop(at + 1);
    return key;
}

} // namespace farboot::textmenu
