#pragma once

#include "rootfs/cli/server_client.hpp"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <stop_token>
#include <string>

/// Files that go to a server and come back, by tus 1.0 (docs/http-api.md, "Files by tus"). Nothing is kept here between
/// two runs: what there is of a file is found at the server, by name, length and digest.
namespace farboot::rootfs
{

/// All uploads that one may see. Reasons: those of ServerClient.
[[nodiscard]] Result<nlohmann::json> list_uploads(ServerClient& server, const std::stop_token& stop);

/// Sends a file under this name, from where an earlier run was ended, and waits until the server has checked it. Gives
/// the upload. Further reasons: not-found, io, digest-mismatch, cancelled.
[[nodiscard]] Result<nlohmann::json> send_upload(ServerClient& server, const std::filesystem::path& file,
                                                 const std::string& name, const std::stop_token& stop);

/// Brings an upload that is complete to a file, from where an earlier run was ended, and checks its digest. A file that
/// is there already is not replaced, unless it is the same. Further reasons: upload-incomplete, exists,
/// digest-mismatch, io, disk-full, cancelled.
[[nodiscard]] Result<void> fetch_upload(ServerClient& server, const nlohmann::json& upload,
                                        const std::filesystem::path& target, const std::stop_token& stop);

} // namespace farboot::rootfs
