#include "server/http/router.hpp"

#include <optional>

namespace farboot::server::http
{

namespace
{

using Parameters = std::map<std::string, std::string, std::less<>>;

std::optional<Parameters> match(std::string_view pattern, const Target& target)
{
    Parameters parameters;
    const Target pattern_path{std::string(pattern), {}};
    const auto wanted = pattern_path.segments();
    const auto given = target.segments();
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        if (i >= given.size())
            return std::nullopt;
        const auto& part = wanted[i];
        if (part.starts_with('{') && part.ends_with("...}")) {
            std::string rest;
            for (std::size_t j = i; j < given.size(); ++j)
                (rest += j == i ? "" : "/") += given[j];
            parameters.emplace(part.substr(1, part.size() - 5), std::move(rest));
            return parameters;
        }
        if (part.starts_with('{') && part.ends_with('}')) {
            if (given[i].empty())
                return std::nullopt;
            parameters.emplace(part.substr(1, part.size() - 2), given[i]);
        } else if (part != given[i]) {
            return std::nullopt;
        }
    }
    if (given.size() != wanted.size())
        return std::nullopt;
    return parameters;
}

} // namespace

void Router::add(Method method, std::string pattern, Handler handler, std::uint64_t max_body)
{
    routes_.push_back({method, std::move(pattern), std::move(handler), max_body});
}

void Router::add_upload(Method method, std::string pattern, UploadHandler handler, std::uint64_t max_body)
{
    routes_.push_back({method, std::move(pattern), std::move(handler), max_body});
}

std::variant<Router::Found, Router::NotFound, Router::WrongMethod> Router::find(Method method,
                                                                                const Target& target) const
{
    std::string allow;
    for (const auto& route : routes_) {
        auto parameters = match(route.pattern, target);
        if (!parameters)
            continue;
        if (route.method == method || (route.method == Method::get && method == Method::head))
            return Found{&route, std::move(*parameters)};
        (allow += allow.empty() ? "" : ", ") += name_of(route.method);
        if (route.method == Method::get)
            allow += ", HEAD";
    }
    if (allow.empty())
        return NotFound{};
    return WrongMethod{std::move(allow)};
}

} // namespace farboot::server::http
