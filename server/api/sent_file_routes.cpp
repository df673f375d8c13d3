#include "server/api/page.hpp"
#include "server/api/routes.hpp"
#include "server/api/sent_files.hpp"
#include "server/api/static_file.hpp"

#include <nlohmann/json.hpp>

/// What has been sent by tus: lists, and files that are whole.
namespace farboot::server::api
{

using boost::asio::awaitable;
using catalog::Connection;
using catalog::UploadState;
using http::Method;
using http::Request;
using http::Response;
using nlohmann::json;

namespace
{

awaitable<Response> list(const Context& context, const Request& request, const Principal& principal)
{
    catalog::UploadQuota quota;
    const bool all = principal.may(Right::upload);
    auto uploads = co_await context.database.read([&](Connection& connection) {
        quota = catalog::upload_quota(connection, owner_of(principal), context.uploads.quota);
        return all ? catalog::list_uploads(connection) : catalog::list_uploads_of(connection, owner_of(principal));
    });
    const auto next = keep_page(request, uploads);
    if (!next)
        co_return next.error();
    auto rows = json::array();
    for (const auto& upload : uploads)
        rows.push_back(upload.to_json(context.uploads.life));
    co_return http::json(
        200,
        {{"uploads", std::move(rows)}, {"next", *next}, {"quota", {{"bytes", quota.bytes}, {"used", quota.used}}}});
}

awaitable<Response> get(const Context& context, const Request& request, const Principal& principal)
{
    const auto upload = co_await visible_upload(context, request, principal);
    if (!upload)
        co_return no_such_upload(request);
    co_return http::json(200, upload->to_json(context.uploads.life));
}

/// RFC 6266 and 8187: whatever is in the name, it breaks no header.
std::string disposition(std::string_view name)
{
    std::string escaped;
    for (const char c : name)
        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
            c == '_')
            escaped += c;
        else
            escaped += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    return "attachment; filename*=UTF-8''" + escaped;
}

awaitable<Response> get_file(const Context& context, const Request& request, const Principal& principal)
{
    const auto upload = co_await visible_upload(context, request, principal);
    if (!upload)
        co_return no_such_upload(request);
    if (upload->state != UploadState::complete)
        co_return http::error(409, "upload-incomplete",
                              fmt::format("Upload {} is not whole: it can be read once it is complete.", upload->id));
    auto file = http::File::open(context.uploads.folder.whole(upload->id));
    if (!file && file.error().reason != "not-found")
        throw std::runtime_error(file.error().sentence);
    if (!file)
        co_return http::error(404, "not-found",
                              fmt::format("The file of upload {} is not on the server any more: backups have no "
                                          "uploads in them. Send it again.",
                                          upload->id));
    co_return file_response(request, std::move(*file), '"' + upload->sha256 + '"', "application/octet-stream",
                            "private, no-cache")
        .with("Content-Disposition", disposition(upload->name));
}

} // namespace

void add_sent_file_routes(http::Router& router, const Context& context)
{
    const auto add = [&](const char* path, auto handler) {
        router.add(Method::get, path,
                   for_users_with(context, Right::send_uploads,
                                  [&context, handler](const Request& request, const Principal& who) {
                                      return handler(context, request, who);
                                  }));
    };
    add("/api/v1/uploads", list);
    add("/api/v1/uploads/{id}", get);
    add("/api/v1/uploads/{id}/file", get_file);
}

} // namespace farboot::server::api
