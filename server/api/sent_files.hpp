#pragma once

#include "server/api/auth.hpp"
#include "server/catalog/uploads.hpp"

#include <optional>
#include <string>

/// What the routes of uploads by tus have in common.
namespace farboot::server::api
{

/// Whose uploads somebody's are.
[[nodiscard]] catalog::UploadOwner owner_of(const Principal& principal);
/// One's own; all for who may send to the store, since he makes images of them.
[[nodiscard]] bool may_see(const Principal& principal, const catalog::Upload& upload);
/// The upload that the path names, if he may see it.
[[nodiscard]] boost::asio::awaitable<std::optional<catalog::Upload>>
visible_upload(const Context& context, const http::Request& request, const Principal& principal);
[[nodiscard]] http::Response no_such_upload(const http::Request& request);
/// 404, 409, 410, 413, 423 or 503. Throws for the log what is no client's fault.
[[nodiscard]] http::Response upload_refused(const Error& error);
/// How much of it may be told: what the database knows to be on the disk, and the file has. Looks at the file.
[[nodiscard]] std::uint64_t true_offset(const UploadSettings& settings, const catalog::Upload& upload);

} // namespace farboot::server::api
