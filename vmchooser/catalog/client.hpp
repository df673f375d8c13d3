#pragma once

#include "rootfs/fetch/http.hpp"
#include "rootfs/record/record.hpp"
#include "vmchooser/catalog/menu.hpp"
#include "vmchooser/catalog/session_data.hpp"

#include <filesystem>
#include <stop_token>
#include <string>

namespace farboot::vmchooser
{

/// A record that was accepted: signed as the policy demands, and allowed by a fresh statement.
struct VerifiedVm {
    rootfs::VmRecord record;
    std::string envelope_json; ///< as it came: the reader checks it again
};

/// The catalog of the server, from the side of a person in front of a PC. Blocks: not for the thread of a window.
class CatalogClient
{
public:
    /// `relay`: where farboot-system(8) asks the server as this PC, for what is not for everybody; empty, or nobody
    /// there: asks the server itself.
    explicit CatalogClient(SessionData data, std::filesystem::path relay = {});

    /// Reasons: HttpClient's, Menu::parse()'s.
    [[nodiscard]] Result<Menu> menu(std::stop_token stop = {});
    /// A step of a log-in at this PC with another device (docs/http-api.md): "" begins, "/poll" asks, "/end" ends it,
    /// or lets go whoever has logged in. Gives the answer's body. Reasons: ask_relay()'s.
    [[nodiscard]] Result<std::string> login(const std::string& step);
    /// Fetches the entry's record, in the version that its offering asks for or else the one that the series offers,
    /// and all that is needed to believe it. Reasons: HttpClient's and docs/records.md's.
    [[nodiscard]] Result<VerifiedVm> vm(const MenuEntry& entry, std::stop_token stop = {});

private:
    /// The body of what the server answers to GET `path`.
    [[nodiscard]] Result<std::string> get(const std::string& path, const std::stop_token& stop);

    SessionData data_;
    std::filesystem::path relay_;
    rootfs::HttpClient http_;
};

} // namespace farboot::vmchooser
