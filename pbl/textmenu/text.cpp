#include "pbl/textmenu/text.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace farboot::textmenu
{

namespace
{

constexpr char32_t broken = 0xFFFD;

bool is_continuation(char c)
{
    return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

/// The next character (RFC 3629), taken off the text.
char32_t next(std::string_view& text)
{
    const auto first = static_cast<unsigned char>(text.front());
    text.remove_prefix(1);
    if (first < 0x80)
        return first;
    const std::size_t more = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : first >= 0xC0 ? 1 : 0;
    if (more == 0 || more > text.size())
        return broken;
    char32_t character = first & (0x3F >> more);
    for (std::size_t i = 0; i < more; ++i) {
        if (!is_continuation(text.front()))
            return broken;
        character = character << 6 | (static_cast<unsigned char>(text.front()) & 0x3F);
        text.remove_prefix(1);
    }
    return character;
}

/// Characters of two bytes and some punctuation: Latin, Greek, Cyrillic. All have one column.
bool has_one_column(char32_t character)
{
    return (character >= 0xA1 && character < 0x530 && character != 0xAD) ||
           (character >= 0x2010 && character <= 0x2026) || character == 0x20AC;
}

bool is_combining(char32_t character)
{
    return character >= 0x300 && character < 0x370;
}

void append_utf8(std::string& out, char32_t character)
{
    if (character < 0x80) {
        out += static_cast<char>(character);
    } else if (character < 0x800) {
        out += static_cast<char>(0xC0 | character >> 6);
        out += static_cast<char>(0x80 | (character & 0x3F));
    } else {
        out += static_cast<char>(0xE0 | character >> 12);
        out += static_cast<char>(0x80 | (character >> 6 & 0x3F));
        out += static_cast<char>(0x80 | (character & 0x3F));
    }
}

std::string_view ascii_for(char32_t character)
{
    constexpr std::array<std::pair<char32_t, std::string_view>, 20> special{
        {{0xA0, " "},   {0xAB, "\""},   {0xBB, "\""},   {0xC4, "Ae"},   {0xD6, "Oe"},    {0xDC, "Ue"},   {0xDF, "ss"},
         {0xE4, "ae"},  {0xF6, "oe"},   {0xFC, "ue"},   {0x2010, "-"},  {0x2013, "-"},   {0x2014, "-"},  {0x2018, "'"},
         {0x2019, "'"}, {0x201C, "\""}, {0x201D, "\""}, {0x201E, "\""}, {0x2026, "..."}, {0x20AC, "EUR"}}};
    if (const auto* found = std::ranges::find(special, character, &std::pair<char32_t, std::string_view>::first);
        found != special.end())
        return found->second;
    // Latin-1 from U+00C0: the letter without its accent.
    constexpr std::string_view letters = "AAAAAAACEEEEIIIIDNOOOOOxOUUUUYTsaaaaaaaceeeeiiiidnooooo/ouuuuyty";
    if (character >= 0xC0 && character <= 0xFF)
        return letters.substr(character - 0xC0, 1);
    return "?";
}

} // namespace

std::string printable(std::string_view text, Charset charset)
{
    std::string out;
    while (!text.empty()) {
        const auto character = next(text);
        if (character < 0x20 || (character >= 0x7F && character < 0xA0) || is_combining(character))
            continue;
        if (character < 0x80)
            out += static_cast<char>(character);
        else if (charset == Charset::ascii)
            out += ascii_for(character);
        else if (character == 0xA0)
            out += ' ';
        else
            append_utf8(out, has_one_column(character) ? character : U'?');
    }
    return out;
}

std::size_t columns(std::string_view printable)
{
    return static_cast<std::size_t>(std::ranges::count_if(printable, [](char c) { return !is_continuation(c); }));
}

std::string fit(std::string_view printable, std::size_t width)
{
    std::string out;
    std::size_t used = 0;
    for (const char c : printable) {
        if (!is_continuation(c) && used++ == width)
            return out;
        out += c;
    }
    out.append(width - used, ' ');
    return out;
}

std::vector<std::string> wrap(std::string_view printable, std::size_t width, std::size_t lines)
{
    std::vector<std::string> out;
    std::string line;
    while (!printable.empty()) {
        const auto end = std::min(printable.find(' '), printable.size());
        const auto word = printable.substr(0, end);
        printable.remove_prefix(std::min(end + 1, printable.size()));
        if (!line.empty() && columns(line) + 1 + columns(word) > width && out.size() + 1 < lines)
            out.push_back(std::exchange(line, ""));
        if (!line.empty())
            line += ' ';
        line += word;
    }
    if (!line.empty())
        out.push_back(std::move(line));
    for (auto& full : out)
        if (columns(full) > width)
            full = fit(full, width);
    return out;
}

} // namespace farboot::textmenu
