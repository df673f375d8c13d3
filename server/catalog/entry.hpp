#pragma once

#include "rootfs/record/record.hpp"
#include "server/catalog/offering.hpp"
#include "server/rules/fields.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace farboot::catalog
{

using rules::FieldError;
using rules::Text;

/// What a menu offers (docs/http-api.md).
struct Entry {
    std::int64_t id = 0;
    std::string kind;          ///< system, vm, tool
    rootfs::RecordName record; ///< of a tool: "tool" and which (docs/http-api.md), which is no record
    Text title;
    Text description;
    std::string icon; ///< desktop, kiosk, terminal, windows, tool, vm
    bool visible = true;
    std::optional<int> auto_seconds; ///< 0 … 3600: boots by itself after so long
    std::int64_t position = 0;       ///< 1 … in the order of the menu
    std::int64_t version = 0;        ///< grows with each change of the entry
    Offering offering{};             ///< of a virtual machine
    std::vector<std::string> tags{}; ///< other words to find it by
    Text group{};                    ///< a heading that it stands under with others; empty: none

    bool operator==(const Entry&) const = default;
    [[nodiscard]] std::string etag() const;
};

/// Id, position and version stay 0: they are not the client's.
[[nodiscard]] std::expected<Entry, FieldError> parse_entry(std::string_view json);

/// Other series that the entry's kind can show need a record of it; a tool is always there.
[[nodiscard]] bool needs_record(const Entry& entry);

/// What menus and the admin see alike; `number` 0: the record, or the version that is asked for, is not offered.
[[nodiscard]] nlohmann::json menu_json(const Entry& entry, std::uint64_t number);
/// All of it.
[[nodiscard]] nlohmann::json entry_json(const Entry& entry, std::uint64_t number);

} // namespace farboot::catalog
