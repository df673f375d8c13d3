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
    /// `folder`: /run/farboot. Waits while the server cannot be reached. Reasons: not-registered (nothing was handed
    /// over that a session could begin with), handover-malformed, http-403 (the token came too late), cancelled.
    [[nodiscard]] static Result<PcSession> open(const std::filesystem::path& folder, const std::stop_token& stop);

    /// POST /api/v1/pc/<what>; gives the answer. Reasons: HttpClient's; http-401: the session has ended.
    [[nodiscard]] Result<nlohmann::json> tell(std::string_view what, const nlohmann::json& body,
                                              const std::stop_token& stop);
    /// The same with a text for a body, and whatever answer.
    [[nodiscard]] Result<void> send_text(std::string_view what, std::string text, const std::stop_token& stop);

private:
    [[nodiscard]] HttpRequest request(std::string_view what, std::string type, std::string body) const;
    PcSession(std::string server, const std::filesystem::path& folder);
    [[nodiscard]] Result<void> begin(const std::filesystem::path& folder, const std::stop_token& stop);

    std::string server_;
    std::string secret_;
    std::unique_ptr<HttpClient> client_;
};

} // namespace farboot::rootfs
