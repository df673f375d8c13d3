#pragma once

#include "server/http/body.hpp"
#include "server/http/request.hpp"
#include "server/http/response.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace farboot::server::http
{

/// Runs on one of the server's threads: it must not block, but await. What it throws becomes a 500.
using Handler = std::function<boost::asio::awaitable<Response>(const Request&)>;

/// The same, and reads the body itself: Request::body is empty. A request without a Content-Length gets 411.
using UploadHandler = std::function<boost::asio::awaitable<Response>(const Request&, BodyReader&)>;

struct Route {
    Method method = Method::get;
    std::string pattern;
    std::variant<Handler, UploadHandler> handler;
    std::uint64_t max_body = 0;          ///< bytes; more gets 413
    std::vector<std::string> segments{}; ///< of the pattern, which are taken apart once: a server has a hundred routes
};

/// Finds the handler of a request. The first route that fits wins.
class Router
{
public:
    /// `pattern`: "/api/v1/entries/{id}"; "{name}" stands for one segment that is not empty, a last "{name...}" for all
    /// the rest, which may be empty. A GET route answers HEAD too.
    void add(Method method, std::string pattern, Handler handler, std::uint64_t max_body = 0);
    void add_upload(Method method, std::string pattern, UploadHandler handler, std::uint64_t max_body);

    struct Found {
        const Route* route;
        std::map<std::string, std::string, std::less<>> parameters;
    };
    struct NotFound {
    };
    struct WrongMethod {
        std::string allow; ///< "GET, HEAD, PUT"
    };
    [[nodiscard]] std::variant<Found, NotFound, WrongMethod> find(Method method, const Target& target) const;

    /// In the order in which they are tried.
    [[nodiscard]] const std::vector<Route>& routes() const { return routes_; }

private:
    void add(Route route);

    std::vector<Route> routes_;
};

} // namespace farboot::server::http
