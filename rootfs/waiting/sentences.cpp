#include "rootfs/waiting/sentences.hpp"

#include <array>
#include <cstdlib>
#include <ctime>

namespace farboot::rootfs
{

namespace
{

/// `{time}` and `{servers}` are filled in.
struct Text {
    std::string_view english;
    std::string_view german;
};

constexpr Text system_waits{"This system has been waiting for its server since {time}: {servers}.",
                            "Dieses System wartet seit {time} Uhr auf seinen Server: {servers}."};
constexpr Text system_waits_for_many{"This system has been waiting for one of its servers since {time}: {servers}.",
                                     "Dieses System wartet seit {time} Uhr auf einen seiner Server: {servers}."};
constexpr Text machines_wait{"The virtual machine's disk has been waiting for its server since {time}: {servers}.",
                             "Die Platte der virtuellen Maschine wartet seit {time} Uhr auf ihren Server: {servers}."};
constexpr Text machines_wait_for_many{
    "The virtual machine's disk has been waiting for one of its servers since {time}: {servers}.",
    "Die Platte der virtuellen Maschine wartet seit {time} Uhr auf einen ihrer Server: {servers}."};
constexpr Text goes_on{"It goes on by itself as soon as network and server are back. You need not do anything.",
                       "Es geht von selbst weiter, sobald Netz und Server wieder da sind. Sie müssen nichts tun."};

std::string in(Language language, const Text& text)
{
    return std::string(language == Language::german ? text.german : text.english);
}

void fill_in(std::string& sentence, std::string_view name, std::string_view value)
{
    sentence.replace(sentence.find(name), name.size(), value);
}

/// localtime_r does not look for another time zone's file again, as localtime does.
std::string clock(std::int64_t since)
{
    const auto seconds = static_cast<std::time_t>(since);
    std::tm local{};
    std::array<char, 8> text{};
    if (!::localtime_r(&seconds, &local) || std::strftime(text.data(), text.size(), "%H:%M", &local) == 0)
        return "?";
    return text.data();
}

std::string sentence(const WaitingState& state, Language language, const Text& for_one, const Text& for_many)
{
    auto text = in(language, state.servers.size() > 1 ? for_many : for_one);
    fill_in(text, "{time}", clock(state.since));
    std::string servers;
    for (const auto& server : state.servers)
        servers += (servers.empty() ? "" : ", ") + server;
    fill_in(text, "{servers}", servers.empty() ? "?" : servers);
    return text;
}

} // namespace

Language language_of_session()
{
    for (const auto* name : {"LC_ALL", "LC_MESSAGES", "LANG"})
        if (const char* value = std::getenv(name); value && *value)
            return std::string_view(value).starts_with("de") ? Language::german : Language::english;
    return Language::english;
}

std::optional<Language> language_named(std::string_view name)
{
    return name == "de"   ? std::optional(Language::german)
           : name == "en" ? std::optional(Language::english)
                          : std::nullopt;
}

std::vector<std::string> sentences(const Waits& waits, Language language)
{
    std::vector<std::string> lines;
    if (waits.system)
        lines.push_back(sentence(*waits.system, language, system_waits, system_waits_for_many));
    if (waits.machines)
        lines.push_back(sentence(*waits.machines, language, machines_wait, machines_wait_for_many));
    if (waits.any())
        lines.push_back(in(language, goes_on));
    return lines;
}

std::vector<std::string> wrap(const std::vector<std::string>& lines, std::size_t columns)
{
    std::vector<std::string> wrapped;
    for (std::string_view rest : lines) {
        while (to_latin1(rest).size() > columns) {
            // Bytes are at least as many as characters: a cut that is a little early does no harm.
            auto cut = rest.rfind(' ', columns);
            if (cut == std::string_view::npos || cut == 0)
                cut = rest.find(' ', 1);
            if (cut == std::string_view::npos)
                break;
            wrapped.emplace_back(rest.substr(0, cut));
            rest.remove_prefix(cut + 1);
        }
        wrapped.emplace_back(rest);
    }
    return wrapped;
}

std::string to_latin1(std::string_view utf8)
{
    std::string latin;
    for (std::size_t i = 0; i < utf8.size();) {
        const auto byte = static_cast<unsigned char>(utf8[i]);
        const std::size_t length = byte < 0x80 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
        const bool fits = length == 2 && byte <= 0xc3 && i + 1 < utf8.size();
        if (length == 1)
            latin += utf8[i];
        else
            latin +=
                fits ? static_cast<char>((byte & 3U) << 6U | (static_cast<unsigned char>(utf8[i + 1]) & 0x3fU)) : '?';
        i += length;
    }
    return latin;
}

} // namespace farboot::rootfs
