#pragma once

#include "server/http/request.hpp"

#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace farboot::server::api
{

/// What this server may be called. A Host header is the client's: it gets into an answer only if it is one of these.
class Hosts
{
public:
    explicit Hosts(std::vector<std::string> names) : names_(std::move(names)) {}

    void replace(std::vector<std::string> names);
    /// Which of them the client has called it by, in lower case and without port; the first if by none.
    [[nodiscard]] std::string name(const http::Request& request) const;

    /// "https://host:port" as the client called the server; another name than ours is replaced by the first of ours.
    [[nodiscard]] std::string origin(const http::Request& request) const;

private:
    mutable std::mutex mutex_;
    std::vector<std::string> names_; ///< host names and addresses, IPv6 ones without brackets
};

} // namespace farboot::server::api
