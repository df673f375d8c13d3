#pragma once

#include "rootfs/base/error.hpp"
#include "rootfs/record/record.hpp"
#include "vmchooser/domain/offering.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace farboot::vmchooser
{

/// A text in the languages of the catalog; a missing language falls back to the other.
struct LocalText {
    std::string de;
    std::string en;
    /// The text in a language ("de", anything else is English).
    [[nodiscard]] const std::string& in(std::string_view language) const
    {
        const auto& wanted = language == "de" ? de : en;
        return wanted.empty() ? (language == "de" ? en : de) : wanted;
    }
    bool operator==(const LocalText&) const = default;
};

struct MenuEntry {
    rootfs::RecordName record; ///< vm/<series>
    std::uint64_t number = 0;
    LocalText title;
    LocalText description;
    std::string icon;
    Offering offering{};
    LocalText group{}; ///< a heading that it stands under; may be empty
    bool operator==(const MenuEntry&) const = default;
};

/// The virtual machines of the server's menu (docs/http-api.md). The menu is not signed: it chooses what is shown,
/// never what is trusted.
struct Menu {
    std::uint64_t revision = 0;
    std::vector<MenuEntry> entries;
    bool login = false;   ///< somebody may log in at this PC
    std::string person{}; ///< who has logged in at this PC, by his full name if there is one; empty: nobody

    /// Keeps entries of kind `vm`. Limits: 1,000 entries, 200 characters a text, which also loses control characters.
    /// Reasons: menu-malformed, menu-version.
    [[nodiscard]] static Result<Menu> parse(std::string_view json);
};

} // namespace farboot::vmchooser
