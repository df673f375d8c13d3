#pragma once

#include "server/catalog/pc_boots.hpp"
#include "server/catalog/pcs.hpp"
#include "server/http/request.hpp"
#include "server/http/response.hpp"

#include <nlohmann/json.hpp>

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace farboot::server::api
{

/// A text member of at most `max` bytes; empty if it is missing or something else.
[[nodiscard]] std::string text_member(const nlohmann::json& object, std::string_view name, std::size_t max);

/// {"challenge", "key", "kept", "signature"}
struct ProofGiven {
    std::string challenge;
    std::string key;
    std::string kept;
    std::string signature; ///< raw
};

/// What a PC says when it comes up (docs/pcs.md).
struct Hello {
    catalog::PcFacts facts;
    std::string boot_id;
    std::vector<catalog::PcStage> stages;
    std::optional<ProofGiven> proof;

    /// Only what is no JSON object, or a proof that is none, is refused: a PC is to get its menu.
    [[nodiscard]] static std::expected<Hello, http::Response> parse(const http::Request& request);
};

} // namespace farboot::server::api
