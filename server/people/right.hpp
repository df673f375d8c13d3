#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace farboot::people
{

/// What somebody may do (docs/users.md says what each is good for). What is not listed here nobody may do through the
/// API; a route that names no right lets nobody in.
enum class Right : std::uint8_t {
    read_catalog,    ///< catalog.read: see entries, locations, rules, records, PCs
    edit_entries,    ///< entries.edit
    edit_locations,  ///< locations.edit
    edit_settings,   ///< settings.edit: of booted systems, at locations; who has it can make himself root of their PCs
    edit_rules,      ///< rules.edit; for everything: hardware classes, too
    publish_records, ///< records.publish
    upload,          ///< store.upload
    manage_pcs,      ///< pcs.manage: change, command and remove PCs
    confirm_pcs,     ///< pcs.confirm: let a PC's enrolment hold
    manage_users,    ///< users.manage: users, groups, roles; only for everything
    read_audit,      ///< audit.read; only for everything
    send_uploads,    ///< uploads.send: files of one's own to the server; only for everything
    read_restricted, ///< restricted.read: records and images of an audience, from wherever one is
};

/// All of them, in the order of the enumeration.
[[nodiscard]] const std::vector<Right>& all_rights();
/// "rules.edit"
[[nodiscard]] std::string_view name_of(Right right);
[[nodiscard]] std::optional<Right> right_named(std::string_view name);

/// A set of rights.
class RightSet
{
public:
    constexpr RightSet() = default;
    constexpr RightSet(std::initializer_list<Right> rights)
    {
        for (const auto right : rights)
            add(right);
    }
    [[nodiscard]] static RightSet all();

    constexpr void add(Right right) { bits_ |= bit(right); }
    [[nodiscard]] constexpr bool has(Right right) const { return (bits_ & bit(right)) != 0; }
    [[nodiscard]] constexpr bool empty() const { return bits_ == 0; }
    bool operator==(const RightSet&) const = default;

private:
    static constexpr std::uint32_t bit(Right right) { return std::uint32_t{1} << static_cast<unsigned>(right); }
    std::uint32_t bits_ = 0;
};

} // namespace farboot::people
