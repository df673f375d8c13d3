#include "server/api/routes.hpp"
#include "server/api/sent_files.hpp"
#include "server/api/upload_reception.hpp"

#include "rootfs/base/number.hpp"
#include "server/uploads/metadata.hpp"

#include <fmt/chrono.h>
#include <nlohmann/json.hpp>

/// tus 1.0.0 (https://tus.io/protocols/resumable-upload) with creation, expiration and termination.
namespace farboot::server::api
{

using boost::asio::awaitable;
using catalog::Connection;
using catalog::Upload;
using catalog::UploadState;
using http::Method;
using http::Request;
using http::Response;

namespace
{

constexpr std::string_view version = "1.0.0";
constexpr std::uint64_t max_body = std::uint64_t{1} << 53;

Response with_version(Response response)
{
    response.with("Tus-Resumable", std::string(version));
    if (response.status == 412)
        response.with("Tus-Version", std::string(version));
    return response;
}

/// tus wants its version in each answer, that of a refusal too.
http::Handler versioned(http::Handler handler)
{
    return [handler = std::move(handler)](const Request& request) -> awaitable<Response> {
        auto response = co_await handler(request);
        co_return with_version(std::move(response));
    };
}

std::optional<Response> wrong_version(const Request& request)
{
    if (request.header("tus-resumable") == version)
        return std::nullopt;
    return http::error(412, "tus-version",
                       fmt::format("This server speaks tus {}: send it as Tus-Resumable.", version));
}

/// Digits only, at most `max_body`.
std::optional<std::uint64_t> number_of_header(const Request& request, std::string_view name)
{
    const auto number = rootfs::to_number<std::uint64_t>(request.header(name).value_or(""));
    return number && *number <= max_body ? number : std::nullopt;
}

Response with_expiry(Response response, const Context& context, const Upload& upload)
{
    if (upload.expires())
        response.with(
            "Upload-Expires",
            fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT",
                        fmt::gmtime(std::chrono::system_clock::to_time_t(
                            upload.changed + std::chrono::duration_cast<std::chrono::seconds>(context.uploads.life)))));
    return response;
}

awaitable<Response> options(const Context& context)
{
    co_return http::no_content()
        .with("Tus-Resumable", std::string(version))
        .with("Tus-Version", std::string(version))
        .with("Tus-Max-Size", std::to_string(context.uploads.total))
        .with("Tus-Extension", "creation,expiration,termination");
}

awaitable<Response> create(const Context& context, const Request& request, const Principal& principal)
{
    if (auto wrong = wrong_version(request))
        co_return std::move(*wrong);
    const auto length = number_of_header(request, "upload-length");
    if (!length)
        co_return http::error(400, "length-malformed",
                              "Upload-Length says how many bytes the whole file has, in digits.", "Upload-Length");
    if (*length > context.uploads.total)
        co_return http::error(413, "body-too-large",
                              fmt::format("At most {} bytes can be sent to this server.", context.uploads.total));
    Upload wish;
    wish.metadata = request.header("upload-metadata").value_or("");
    const auto metadata = uploads::Metadata::parse(wish.metadata);
    if (!metadata)
        co_return http::error(400, metadata.error(), "Upload-Metadata");
    wish.owner = owner_of(principal);
    wish.name = metadata->name;
    wish.bytes = *length;
    wish.sha256 = metadata->sha256 ? metadata->sha256->hex() : "";
    const auto room = co_await context.storing.run([&](std::size_t) { return context.uploads.folder.free_bytes(); });
    if (!room)
        co_return upload_refused(room.error());
    const catalog::UploadLimits limits{.quota = context.uploads.quota, .total = context.uploads.total, .free = *room};
    const auto now = context.now();
    const auto made = co_await context.database.write([&](Connection& connection) -> Result<Upload> {
        auto upload = catalog::create_upload(connection, wish, limits, now);
        if (upload)
            catalog::log_change(connection, principal.author, "create", fmt::format("upload:{}", upload->id), nullptr,
                                upload->to_json(context.uploads.life));
        return upload;
    });
    if (!made)
        co_return upload_refused(made.error());
    auto response = http::json(201, made->to_json(context.uploads.life))
                        .with("Location", fmt::format("/api/v1/uploads/{}", made->id));
    co_return with_expiry(std::move(response), context, *made);
}

awaitable<Response> head(const Context& context, const Request& request, const Principal& principal)
{
    if (auto wrong = wrong_version(request))
        co_return std::move(*wrong);
    const auto upload = co_await visible_upload(context, request, principal);
    if (!upload)
        co_return no_such_upload(request);
    if (upload->state == UploadState::refused)
        co_return http::error(410, "upload-over", upload->sentence);
    Response response;
    response.with("Cache-Control", "no-store")
        .with("Upload-Offset", std::to_string(true_offset(context.uploads, *upload)))
        .with("Upload-Length", std::to_string(upload->bytes));
    if (!upload->metadata.empty())
        response.with("Upload-Metadata", upload->metadata);
    co_return with_expiry(std::move(response), context, *upload);
}

/// A large file may take the disk a while.
awaitable<void> remove_file(const Context& context, std::int64_t id)
{
    const auto gone = co_await context.storing.run([&](std::size_t) {
        context.uploads.folder.remove(id);
        return true;
    });
    static_cast<void>(gone);
}

awaitable<Response> patch(const Context& context, const Request& request, http::BodyReader& body,
                          const Principal& principal)
{
    if (auto wrong = wrong_version(request))
        co_return std::move(*wrong);
    const auto upload = co_await visible_upload(context, request, principal);
    if (!upload || !upload->owner.is(owner_of(principal)))
        co_return no_such_upload(request);
    if (request.header("content-type") != "application/offset+octet-stream")
        co_return http::error(415, "type-unsupported", "A part of an upload is application/offset+octet-stream.");
    const auto offset = number_of_header(request, "upload-offset");
    if (!offset)
        co_return http::error(400, "offset-malformed", "Upload-Offset says where the bytes belong, in digits.",
                              "Upload-Offset");
    if (upload->state == UploadState::refused)
        co_return http::error(410, "upload-over", upload->sentence);
    if (upload->state != UploadState::open) { // a client that has not heard the last answer asks again
        if (*offset != upload->bytes)
            co_return http::error(409, "offset-wrong", fmt::format("Upload {} has come whole.", upload->id));
        if (body.length() > 0)
            co_return http::error(413, "body-too-large", "This is more than the upload's length.");
        co_return http::no_content().with("Upload-Offset", std::to_string(upload->bytes));
    }
    if (body.length() > upload->bytes || *offset > upload->bytes - body.length())
        co_return http::error(413, "body-too-large",
                              fmt::format("The upload has {} bytes: this is more.", upload->bytes));
    const auto begun = co_await begin_reception(context, upload->id, *offset);
    if (!begun)
        co_return upload_refused(begun.error());
    const auto reception = *begun;
    const auto done = co_await reception->receive(body);
    if (!done && done.error().reason == "upload-over")
        co_await remove_file(context, upload->id);
    if (!done)
        co_return upload_refused(done.error());
    auto now = *upload;
    now.changed = context.now();
    auto response = http::no_content().with("Upload-Offset", std::to_string(reception->offset()));
    if (reception->offset() == upload->bytes)
        co_return response;
    co_return with_expiry(std::move(response), context, now);
}

awaitable<Response> remove(const Context& context, const Request& request, const Principal& principal)
{
    if (auto wrong = wrong_version(request))
        co_return std::move(*wrong);
    const auto upload = co_await visible_upload(context, request, principal);
    if (!upload)
        co_return no_such_upload(request);
    const auto id = upload->id;
    const auto removed = co_await context.database.write([&](Connection& connection) -> Result<void> {
        const auto found = catalog::find_upload(connection, id);
        if (!found)
            return fail("not-found", "There is no upload {} any more.", id);
        catalog::remove_upload(connection, id);
        catalog::log_change(connection, principal.author, "remove", fmt::format("upload:{}", id),
                            found->to_json(context.uploads.life), nullptr);
        return {};
    });
    if (!removed)
        co_return upload_refused(removed.error());
    co_await remove_file(context, id);
    co_return http::no_content();
}

} // namespace

void add_tus_routes(http::Router& router, const Context& context)
{
    const std::string one = "/api/v1/uploads/{id}";
    const auto add = [&](Method method, const std::string& path, auto handler) {
        router.add(method, path,
                   versioned(for_users_with(context, Right::send_uploads,
                                            [&context, handler](const Request& request, const Principal& who) {
                                                return handler(context, request, who);
                                            })));
    };
    for (const auto& path : {std::string("/api/v1/uploads"), one})
        router.add(Method::options, path, [&context](const Request&) { return options(context); });
    add(Method::post, "/api/v1/uploads", create);
    add(Method::head, one, head); // before the GET of the same path, which would answer it, too
    add(Method::remove, one, remove);
    auto patching =
        uploads_for_users_with(context, Right::send_uploads,
                               [&context](const Request& request, http::BodyReader& body, const Principal& principal) {
                                   return patch(context, request, body, principal);
                               });
    router.add_upload(
        Method::patch, one,
        [patching = std::move(patching)](const Request& request, http::BodyReader& body) -> awaitable<Response> {
            auto response = co_await patching(request, body);
            co_return with_version(std::move(response));
        },
        max_body);
}

} // namespace farboot::server::api
