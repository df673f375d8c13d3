#pragma once

#include "rootfs/fetch/http.hpp"
#include "rootfs/record/record.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

namespace farboot::agent
{

/// The requests of docs/http-api.md that a PC makes before it boots. Used by one thread at a time. Answers are bytes of
/// a stranger; reasons of failures are those of HttpClient.
class ServerApi
{
public:
    ServerApi(std::string server, std::string ca_file);

    [[nodiscard]] const std::string& server() const { return server_; }

    /// `check_dates` is false as long as the PC's clock is unknown.
    [[nodiscard]] Result<std::string> statement(std::string_view nonce, bool check_dates, std::stop_token stop);
    /// What came with the last statement, for the hello that follows; empty: nothing.
    [[nodiscard]] const std::string& challenge() const { return challenge_; }
    /// POST /api/v1/pc/<what>; with the PC's session, unless it is empty.
    [[nodiscard]] Result<std::string> tell(std::string_view what, const nlohmann::json& body,
                                           const std::string& session, std::stop_token stop);
    /// `hardware`: of hardware_query(), and of dhcp_query().
    [[nodiscard]] Result<std::string> menu(std::string_view mac, std::string_view uuid, std::string_view hardware,
                                           std::stop_token stop);
    /// The newest one, or that with a number. `check_dates` as for a statement: a record is signed. The PC's session
    /// shows whose restricted images it may read; it may be empty.
    [[nodiscard]] Result<std::string> record(const rootfs::RecordName& name, std::optional<std::uint64_t> number,
                                             bool check_dates, const std::string& session, std::stop_token stop);

    /// For files of the store.
    [[nodiscard]] rootfs::HttpClient& client() { return client_; }

private:
    [[nodiscard]] Result<rootfs::HttpResponse> ask(rootfs::HttpRequest request, bool check_dates,
                                                   const std::stop_token& stop);

    std::string server_;
    std::string ca_file_;
    std::string challenge_;
    rootfs::HttpClient client_;
};

} // namespace farboot::agent
