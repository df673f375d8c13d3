#include "server/api/routes.hpp"
#include "server/api/static_file.hpp"

#include <array>

namespace farboot::server::api
{

using boost::asio::awaitable;
using http::Method;
using http::Request;
using http::Response;

namespace
{

std::string type_of(const std::filesystem::path& file)
{
    using Type = std::pair<std::string_view, std::string_view>;
    static constexpr auto types = std::to_array<Type>({
        {".html", "text/html; charset=utf-8"},
        {".js", "text/javascript; charset=utf-8"},
        {".css", "text/css; charset=utf-8"},
        {".json", "application/json"},
        {".svg", "image/svg+xml"},
        {".png", "image/png"},
        {".ico", "image/x-icon"},
        {".woff2", "font/woff2"},
        {".txt", "text/plain; charset=utf-8"},
    });
    const auto extension = file.extension().string();
    const auto* found = std::ranges::find(types, extension, &Type::first);
    return std::string(found == types.end() ? "application/octet-stream" : found->second);
}

/// Element Plus sets styles on elements, so that the admin's pages need inline ones.
std::string policy_for(std::string_view page)
{
    return fmt::format(
        "default-src 'self'; script-src 'self'; style-src 'self'{}; img-src 'self' data:; font-src 'self' data:; "
        "connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
        page != "menu" ? " 'unsafe-inline'" : "");
}

awaitable<Response> get_page(const Context& context, const Request& request, std::string_view page)
{
    std::string path = request.parameter("path");
    if (path.empty() || path.ends_with('/'))
        path += "index.html";
    const bool hidden = path.starts_with('.') || path.find("/.") != std::string::npos;
    const std::filesystem::path name(path); // relative, and without dot segments: the target's parser has seen to it
    auto file = hidden ? fail("not-found", "") : http::File::open(context.pages / page / name);
    if (!file && file.error().reason != "not-found")
        throw std::runtime_error(file.error().sentence);
    if (!file)
        co_return http::error(404, "not-found", "There is no such page.");
    const auto etag = (*file)->etag();
    // the bundler puts a hash of the content into the names of what lies in assets/
    const std::string cache = path.starts_with("assets/") ? "public, max-age=31536000, immutable" : "no-cache";
    co_return file_response(request, std::move(*file), etag, type_of(name), cache)
        .with("Content-Security-Policy", policy_for(page))
        .with("Cross-Origin-Opener-Policy", "same-origin");
}

awaitable<Response> go_to(std::string place)
{
    co_return http::redirect(std::move(place));
}

} // namespace

void add_page_routes(http::Router& router, const Context& context)
{
    for (const std::string_view page : {"menu", "admin", "account"}) {
        const auto folder = fmt::format("/{}/", page);
        router.add(Method::get, folder + "{path...}",
                   [&context, page](const Request& request) { return get_page(context, request, page); });
        router.add(Method::get, fmt::format("/{}", page), [folder](const Request&) { return go_to(folder); });
    }
    router.add(Method::get, "/", [](const Request&) { return go_to("/menu/"); });
}

} // namespace farboot::server::api
