#include "rootfs/nbd/export_table.hpp"

#include <algorithm>

namespace farboot::rootfs
{

namespace
{
constexpr std::size_t most_exports = 256;
constexpr std::ptrdiff_t most_exports_of_one = 64;
} // namespace

Result<std::shared_ptr<Export>> ExportTable::add(const VerifiedImage& image, uid_t owner)
{
    const auto name = image.export_name();
    const std::scoped_lock lock(mutex_);
    if (const auto found = exports_.find(name); found != exports_.end()) {
        if (found->second->payload != image.payload)
            return fail("exists",
                        "Another record is already served as {}: its publisher must give each version its own number.",
                        name);
        found->second->owners.insert(owner);
        return found->second;
    }
    const auto owned =
        std::ranges::count_if(exports_, [&](const auto& item) { return item.second->owners.contains(owner); });
    if (exports_.size() >= most_exports || owned >= most_exports_of_one)
        return fail("too-many", "{} cannot be added: there are {} images already, {} of them yours; remove one first.",
                    name, exports_.size(), owned);
    auto reader = Reader::open(engine_, image.image);
    if (!reader)
        return std::unexpected(std::move(reader.error()));
    auto added = std::make_shared<Export>(
        Export{.name = name, .payload = image.payload, .reader = std::move(*reader), .owners = {owner}});
    exports_.emplace(name, added);
    return added;
}

Result<void> ExportTable::remove(std::string_view name, uid_t who)
{
    std::shared_ptr<Export> removed; // goes after the lock: its threads may take a while to end
    const std::scoped_lock lock(mutex_);
    const auto found = exports_.find(name);
    if (found == exports_.end())
        return fail("not-found", "There is no export {}.", name);
    auto& owners = found->second->owners;
    if (who == 0)
        owners.clear();
    else if (owners.erase(who) == 0)
        return fail("not-yours", "{} was added by somebody else; only they or root can remove it.", name);
    if (owners.empty()) {
        removed = std::move(found->second);
        exports_.erase(found);
    }
    return {};
}

bool ExportTable::is_owner(const Export& item, uid_t who) const
{
    const std::scoped_lock lock(mutex_);
    return who == 0 || item.owners.contains(who);
}

std::shared_ptr<Export> ExportTable::find(std::string_view name) const
{
    const std::scoped_lock lock(mutex_);
    const auto found = exports_.find(name);
    return found == exports_.end() ? nullptr : found->second;
}

std::vector<std::shared_ptr<Export>> ExportTable::all() const
{
    const std::scoped_lock lock(mutex_);
    std::vector<std::shared_ptr<Export>> all;
    all.reserve(exports_.size());
    for (const auto& item : exports_)
        all.push_back(item.second);
    return all;
}

} // namespace farboot::rootfs
