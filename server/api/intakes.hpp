#pragma once

#include "rootfs/image/locator.hpp"
#include "rootfs/image/store_intake.hpp"
#include "server/restricted/audiences.hpp"

#include <filesystem>
#include <map>
#include <string>

namespace farboot::server::api
{

/// The parts of the server's store that can be sent something: what is for everybody, and each audience's.
class Intakes
{
public:
    Intakes(const std::filesystem::path& store, const Audiences& audiences)
    {
        parts_.try_emplace("", store);
        for (const auto& name : audiences.names())
            parts_.try_emplace(name, store / rootfs::restricted_path(name));
        for (const auto& [name, intake] : parts_)
            intake.remove_left();
    }

    /// Null for an audience that there is not.
    [[nodiscard]] rootfs::StoreIntake* find(std::string_view audience)
    {
        const auto found = parts_.find(audience);
        return found == parts_.end() ? nullptr : &found->second;
    }

private:
    std::map<std::string, rootfs::StoreIntake, std::less<>> parts_;
};

} // namespace farboot::server::api
