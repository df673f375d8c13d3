#include "server/http/router.hpp"

#include <span>

namespace farboot::server::http
{

namespace
{

using Parameters = std::map<std::string, std::string, std::less<>>;

bool is_rest(std::string_view part)
{
    return part.starts_with('{') && part.ends_with("...}");
}

bool is_parameter(std::string_view part)
{
    return part.starts_with('{') && part.ends_with('}');
}

bool fits(std::span<const std::string> wanted, std::span<const std::string_view> given)
{
    const bool open = !wanted.empty() && is_rest(wanted.back());
    if (open ? given.size() < wanted.size() : given.size() != wanted.size())
        return false;
    for (std::size_t i = 0; i < wanted.size() - (open ? 1 : 0); ++i)
        if (is_parameter(wanted[i]) ? given[i].empty() : wanted[i] != given[i])
            return false;
    return true;
}

/// Of a path that fits.
Parameters parameters_of(std::span<const std::string> wanted, std::span<const std::string_view> given)
{
    Parameters parameters;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        const std::string_view part = wanted[i];
        if (is_rest(part)) {
            std::string rest(given[i]);
            for (const auto& one : given.subspan(i + 1))
                (rest += '/') += one;
            parameters.emplace(part.substr(1, part.size() - 5), std::move(rest));
        } else if (is_parameter(part)) {
            parameters.emplace(part.substr(1, part.size() - 2), given[i]);
        }
    }
    return parameters;
}

} // namespace

void Router::add(Method method, std::string pattern, Handler handler, std::uint64_t max_body)
{
    add(Route{method, std::move(pattern), std::move(handler), max_body});
}

void Router::add_upload(Method method, std::string pattern, UploadHandler handler, std::uint64_t max_body)
{
    add(Route{method, std::move(pattern), std::move(handler), max_body});
}

void Router::add(Route route)
{
    const Target path{route.pattern, {}};
    for (const auto& segment : path.segments())
        route.segments.emplace_back(segment);
    routes_.push_back(std::move(route));
}

std::variant<Router::Found, Router::NotFound, Router::WrongMethod> Router::find(Method method,
                                                                                const Target& target) const
{
    std::string allow;
    const auto given = target.segments();
    for (const auto& route : routes_) {
        if (!fits(route.segments, given))
            continue;
        if (route.method == method || (route.method == Method::get && method == Method::head))
            return Found{&route, parameters_of(route.segments, given)};
        (allow += allow.empty() ? "" : ", ") += name_of(route.method);
        if (route.method == Method::get)
            allow += ", HEAD";
    }
    if (allow.empty())
        return NotFound{};
    return WrongMethod{std::move(allow)};
}

} // namespace farboot::server::http
