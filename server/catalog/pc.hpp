#pragma once

#include "server/catalog/connection.hpp"
#include "server/rules/question.hpp"

#include <nlohmann/json.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace farboot::catalog
{

/// What a PC says of itself, and the address that it says so from.
struct PcFacts {
    std::optional<rules::Mac> mac;
    std::optional<rules::Uuid> uuid;
    rules::Hardware hardware;
    std::set<rules::DhcpFact> dhcp{};
    std::string address;

    /// What the PC is known again by: "uuid:…", where its UUID is its own, else "mac:…". Empty: it has neither.
    [[nodiscard]] std::string identity() const;
};

/// What a PC does, by its own word.
enum class PcState { off, preboot, booting, running, standby };
[[nodiscard]] std::string_view name_of(PcState state);
[[nodiscard]] std::optional<PcState> pc_state_of(std::string_view name);

/// A PC that has been here (docs/pcs.md).
struct Pc {
    std::int64_t id = 0;
    std::string name; ///< an admin's; may be empty
    PcFacts facts;
    std::string key;      ///< the confirmed one, as PcKey has it; empty: not enrolled
    std::string key_kept; ///< "tpm" or "disk"
    std::chrono::sys_seconds confirmed{};
    std::string confirmed_by;
    std::string asking_key; ///< one that it has proven to have, and that nobody has confirmed; empty: none
    std::string asking_kept;
    std::chrono::sys_seconds asked{};
    PcState state = PcState::off;
    std::chrono::sys_seconds state_since{};
    std::chrono::sys_seconds seen{};
    std::chrono::sys_seconds created{};
    std::int64_t version = 0; ///< grows with each change of an admin's; what the PC does leaves it alone

    [[nodiscard]] static Pc read(const QSqlQuery& row);
    [[nodiscard]] std::string etag() const;
    /// As GET /api/v1/pcs has it; keys by their codes.
    [[nodiscard]] nlohmann::json to_json() const;
};

/// {"vendor", "product", "memory_mib", "cpu_flags", "gpus"}; what is not known is left out.
[[nodiscard]] nlohmann::json hardware_json(const rules::Hardware& hardware);
/// What is missing, too long or of another type is left out: firmware writes anything, and the PC is welcome all the
/// same.
[[nodiscard]] rules::Hardware hardware_of(const nlohmann::json& json);
/// A list of texts such as "domain=chem.example.org"; what is no fact is left out, and so is what is too much.
[[nodiscard]] std::set<rules::DhcpFact> dhcp_of(const nlohmann::json& json);
[[nodiscard]] nlohmann::json dhcp_json(const std::set<rules::DhcpFact>& facts);

[[nodiscard]] QVariant value(std::chrono::sys_seconds time);
[[nodiscard]] std::chrono::sys_seconds time_of(const QSqlQuery& query, const char* column);

} // namespace farboot::catalog
