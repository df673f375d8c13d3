#include "server/catalog/upload.hpp"

#include "server/catalog/pc.hpp"
#include "server/catalog/records.hpp"

#include <nlohmann/json.hpp>

#include <array>

namespace farboot::catalog
{

namespace
{

constexpr std::array<std::string_view, 4> names{"open", "checking", "complete", "refused"};

UploadState state_named(std::string_view name)
{
    const auto* found = std::ranges::find(names, name);
    return found == names.end() ? UploadState::refused : static_cast<UploadState>(found - names.begin());
}

} // namespace

std::string_view name_of(UploadState state)
{
    return names.at(static_cast<std::size_t>(state));
}

Upload Upload::read(const QSqlQuery& row)
{
    Upload upload;
    upload.id = number_of(row, "id");
    upload.owner = {number_of(row, "person"), text_of(row, "owner")};
    upload.name = text_of(row, "name");
    upload.metadata = text_of(row, "metadata");
    upload.bytes = static_cast<std::uint64_t>(number_of(row, "bytes"));
    upload.received = static_cast<std::uint64_t>(number_of(row, "received"));
    upload.state = state_named(text_of(row, "state"));
    upload.sha256 = text_of(row, "sha256");
    upload.sentence = text_of(row, "sentence");
    upload.made = time_of(row, "made");
    upload.changed = time_of(row, "changed");
    return upload;
}

nlohmann::json Upload::to_json(std::chrono::days life) const
{
    return {{"id", id},
            {"owner", owner.name},
            {"name", name},
            {"bytes", bytes},
            {"received", received},
            {"state", name_of(state)},
            {"sha256", sha256.empty() ? nlohmann::json() : nlohmann::json(sha256)},
            {"sentence", sentence},
            {"made", iso_time(made)},
            {"changed", iso_time(changed)},
            {"expires", expires() ? nlohmann::json(iso_time(changed + life)) : nlohmann::json()}};
}

} // namespace farboot::catalog
