#include "server/http/path.hpp"

#include <algorithm>

namespace farboot::server::http
{

namespace
{

int digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

/// Nothing for bad escapes and control characters, encoded or not.
std::optional<std::string> decode(std::string_view text, bool plus_is_space)
{
    std::string plain;
    plain.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        char c = text[i];
        if (c == '%') {
            if (i + 2 >= text.size() || digit(text[i + 1]) < 0 || digit(text[i + 2]) < 0)
                return std::nullopt;
            c = static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2]));
            i += 2;
        } else if (c == '+' && plus_is_space) {
            c = ' ';
        }
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
            return std::nullopt;
        plain += c;
    }
    return plain;
}

std::unexpected<Error> malformed()
{
    return fail("target-malformed",
                "The address is not one that this server could have: it has dot segments, encoded slashes, "
                "control characters or bad escapes.");
}

} // namespace

std::optional<std::string_view> Target::parameter(std::string_view name) const
{
    const auto found = std::ranges::find(query, name, &std::pair<std::string, std::string>::first);
    if (found == query.end())
        return std::nullopt;
    return found->second;
}

std::vector<std::string_view> Target::segments() const
{
    std::vector<std::string_view> parts;
    std::string_view rest = path;
    while (!rest.empty()) {
        rest.remove_prefix(1);
        const auto end = std::min(rest.find('/'), rest.size());
        parts.push_back(rest.substr(0, end));
        rest.remove_prefix(end);
    }
    return parts;
}

Result<Target> parse_target(std::string_view target)
{
    Target result;
    const auto question = target.find('?');
    std::string_view path = target.substr(0, question);
    if (path.empty() || path.front() != '/')
        return malformed();
    while (!path.empty()) {
        path.remove_prefix(1);
        const auto end = std::min(path.find('/'), path.size());
        const auto segment = decode(path.substr(0, end), false);
        path.remove_prefix(end);
        const bool last = path.empty();
        if (!segment || segment->find_first_of("/\\") != std::string::npos || *segment == "." || *segment == ".." ||
            (segment->empty() && !last))
            return malformed();
        result.path += '/';
        result.path += *segment;
    }
    std::string_view query = question == std::string_view::npos ? "" : target.substr(question + 1);
    while (!query.empty()) {
        const auto end = std::min(query.find('&'), query.size());
        const std::string_view pair = query.substr(0, end);
        query.remove_prefix(std::min(end + 1, query.size()));
        if (pair.empty())
            continue;
        const auto equals = std::min(pair.find('='), pair.size());
        auto name = decode(pair.substr(0, equals), true);
        auto value = decode(pair.substr(std::min(equals + 1, pair.size())), true);
        if (!name || !value)
            return malformed();
        result.query.emplace_back(std::move(*name), std::move(*value));
    }
    return result;
}

} // namespace farboot::server::http
