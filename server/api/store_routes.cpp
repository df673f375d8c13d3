#include "server/api/routes.hpp"
#include "server/api/static_file.hpp"

#include "rootfs/base/digest.hpp"
#include "rootfs/image/locator.hpp"

namespace farboot::server::api
{

using boost::asio::awaitable;
using http::Method;
using http::Request;
using http::Response;

namespace
{

/// Only what docs/image-format.md names is served, whatever else lies in the folder.
awaitable<Response> get_file(const Context& context, const Request& request, const char* folder)
{
    const auto audience = request.parameters.find("audience");
    const bool restricted = audience != request.parameters.end();
    if (restricted &&
        !context.audiences.accepts(audience->second, request.header("farboot-token").value_or(""), context.now()))
        co_return http::error(403, "token-needed",
                              "What lies here is not for everybody, and there is no valid token with the request.");
    const auto& name = request.parameter("digest");
    const bool is_pack = request.parameters.contains("prefix");
    if (!Digest::from_hex(name) || (is_pack && request.parameter("prefix") != name.substr(0, 2)))
        co_return http::error(404, "not-found", "There is nothing here.");
    auto path =
        (restricted ? context.store / rootfs::restricted_path(audience->second) : context.store) / "v1" / folder;
    if (is_pack)
        path /= request.parameter("prefix");
    auto file = http::File::open(path / name);
    if (!file && file.error().reason != "not-found")
        throw std::runtime_error(file.error().sentence);
    if (!file)
        co_return http::error(404, "not-found", "The store does not have this file.");
    const bool locator = std::string_view(folder) == "locators";
    const auto etag = locator ? (*file)->etag() : '"' + name + '"';
    co_return file_response(request, std::move(*file), etag, "application/octet-stream",
                            locator      ? "no-cache"
                            : restricted ? "private, max-age=31536000, immutable"
                                         : "public, max-age=31536000, immutable");
}

} // namespace

void add_store_routes(http::Router& router, const Context& context)
{
    for (const std::string root : {"/store/v1", "/store/restricted/{audience}/v1"}) {
        for (const char* folder : {"manifests", "locators", "hot", "files"})
            router.add(Method::get, fmt::format("{}/{}/{{digest}}", root, folder),
                       [&context, folder](const Request& request) { return get_file(context, request, folder); });
        router.add(Method::get, root + "/packs/{prefix}/{digest}",
                   [&context](const Request& request) { return get_file(context, request, "packs"); });
    }
}

} // namespace farboot::server::api
