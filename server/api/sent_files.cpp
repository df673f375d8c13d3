#include "server/api/sent_files.hpp"

#include "server/api/resource.hpp"

#include <algorithm>

namespace farboot::server::api
{

using boost::asio::awaitable;
using http::Response;

catalog::UploadOwner owner_of(const Principal& principal)
{
    return {principal.user, principal.name};
}

bool may_see(const Principal& principal, const catalog::Upload& upload)
{
    return principal.may(Right::send_uploads) && (upload.owner.is(owner_of(principal)) || principal.may(Right::upload));
}

awaitable<std::optional<catalog::Upload>> visible_upload(const Context& context, const http::Request& request,
                                                         const Principal& principal)
{
    const auto id = id_of(request);
    auto upload = co_await context.database.read(
        [id](catalog::Connection& connection) { return catalog::find_upload(connection, id); });
    if (upload && !may_see(principal, *upload))
        upload.reset();
    co_return upload;
}

Response no_such_upload(const http::Request& request)
{
    return http::error(404, "not-found",
                       fmt::format("There is no upload {} that you may see.", request.parameter("id")));
}

Response upload_refused(const Error& error)
{
    if (error.reason == "quota-exceeded")
        return http::error(413, error);
    if (error.reason == "locked")
        return http::error(423, error).with("Retry-After", "5");
    if (error.reason == "disk-full")
        return http::error(503, error).with("Retry-After", "60");
    if (error.reason == "not-found")
        return http::error(404, error);
    if (error.reason == "upload-over")
        return http::error(410, error);
    if (error.reason == "io")
        throw std::runtime_error(error.sentence); // for the log
    return http::error(409, error);
}

std::uint64_t true_offset(const UploadSettings& settings, const catalog::Upload& upload)
{
    return upload.state == catalog::UploadState::open ? std::min(upload.received, settings.folder.part_bytes(upload.id))
                                                      : upload.received;
}

} // namespace farboot::server::api
