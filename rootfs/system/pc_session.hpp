#pragma once

#include "rootfs/fetch/http.hpp"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

namespace farboot::rootfs
{

/// This system's word at the server that has started it (docs/pcs.md): begun with the boot token that the preboot
/// system has handed over, and kept in a file, so that a service that is started again goes on with it.
class PcSession
{
public:
    /// What becomes of a server that cannot be reached.
    enum class Away { is_waited_for, is_told };

    /// `folder`: /run/farboot. Reasons: not-registered (nothing was handed over that a session could begin with),
    /// handover-malformed, http-403 (the token came too late), cancelled, and of a server that is not waited for,
    /// HttpClient's.
    [[nodiscard]] static Result<PcSession> open(const std::filesystem::path& folder, const std::stop_token& stop,
                                                Away away = Away::is_waited_for);

    /// POST /api/v1/pc/<what>; gives the answer. Reasons: HttpClient's; http-401: the session has ended.
    [[nodiscard]] Result<nlohmann::json> tell(std::string_view what, const nlohmann::json& body,
                                              const std::stop_token& stop);
    /// Asks for something else as this PC, "/api/v1/…"; gives the answer's body. An empty `body` is none. Reasons:
    /// HttpClient's fetch_ok().
    [[nodiscard]] Result<std::string> ask(std::string method, std::string_view path, std::string body,
                                          const std::stop_token& stop);
    /// The same with a text for a body, and whatever answer.
    [[nodiscard]] Result<void> send_text(std::string_view what, std::string text, const std::stop_token& stop);

private:
    [[nodiscard]] HttpRequest request(std::string_view path, std::string type, std::string body) const;
    PcSession(std::string server, const std::filesystem::path& folder);
    [[nodiscard]] Result<void> begin(const std::filesystem::path& folder, const std::stop_token& stop, Away away);

    std::string server_;
    std::string secret_;
    std::unique_ptr<HttpClient> client_;
};

/// Lets the readers of virtual disks, who are of this group, read the session that is kept in `folder`: they show it
/// where they ask for leave to read images that are not for everybody. Where there is no such group it stays root's.
[[nodiscard]] Result<void> share_session(const std::filesystem::path& folder,
                                         const std::string& group = "farboot-reader");

/// Begins the session before the root file system is there, which may take longer than the token is good for. If its
/// image is not for everybody, the reader needs the session, and a server that is away is waited for; otherwise it is
/// asked once, and false says that there is nothing to begin with. Otherwise as PcSession::open().
[[nodiscard]] Result<bool> begin_session_for_root(const std::filesystem::path& folder, const std::stop_token& stop);

} // namespace farboot::rootfs
