#pragma once

#include "server/http/path.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace farboot::server::http
{

enum class Method { get, head, post, put, patch, remove, options, other };

/// "GET" … ; "OTHER" for what no route can have.
[[nodiscard]] std::string_view name_of(Method method);

/// A whole request, its body within its route's limit.
struct Request {
    Method method = Method::get;
    Target target;
    std::map<std::string, std::string, std::less<>> parameters; ///< of the route's pattern, by name
    std::vector<std::pair<std::string, std::string>> headers;   ///< names in lower case, in order
    std::string body;
    std::string id; ///< of this request, in the log and in X-Request-Id
    /// Who asks, "user:anna" or "pc:12", for the log: written by whoever finds it out.
    mutable std::string who;
    std::string client;     ///< address of who asks, without port
    std::uint16_t port = 0; ///< that it came in on
    bool tls = true;

    /// First value of a header; `name` in lower case.
    [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const;
    /// A cookie's value.
    [[nodiscard]] std::optional<std::string_view> cookie(std::string_view name) const;
    /// A pattern's parameter, which the router has made sure is there.
    [[nodiscard]] const std::string& parameter(std::string_view name) const { return parameters.find(name)->second; }
};

} // namespace farboot::server::http
