#include "server/directory/directory.hpp"

#include "server/base/files.hpp"
#include "server/directory/connection.hpp"
#include "server/directory/filter.hpp"

#include <cstdlib>

namespace farboot::server
{

namespace
{

constexpr int max_groups = 2000;

} // namespace

Result<DirectorySettings> read_directory_settings(const std::filesystem::path& file)
{
    const auto text = read_file(file, 65'536);
    if (!text)
        return std::unexpected(text.error());
    auto settings = DirectorySettings::parse(*text);
    if (!settings)
        return fail(settings.error().reason, "{}: {}", file.string(), settings.error().sentence);
    return settings;
}

Directory::Directory(DirectorySettings settings) : settings_(std::move(settings))
{
    ::setenv("LDAPNOINIT", "1", 1);
}

Result<Directory::Person> Directory::log_in(std::string_view user, std::string_view password) const
{
    auto searching = ldap::Connection::open(settings_);
    if (!searching)
        return std::unexpected(searching.error());
    if (!settings_.bind_dn.empty())
        if (auto bound = searching->bind(settings_.bind_dn, settings_.bind_password); !bound)
            return fail("directory-unreachable", "{} Is bind_password_file right?", bound.error().sentence);
    const auto filter = fill_filter(settings_.user_filter, user, {});
    const auto found = searching->search(settings_.user_base, filter, settings_.name_attribute, 2);
    if (!found)
        return std::unexpected(found.error());
    if (found->size() != 1)
        return fail("login-wrong", "The directory has {} that {} finds.", found->empty() ? "nobody" : "several users",
                    filter);
    const auto& entry = found->front();
    auto proving = ldap::Connection::open(settings_);
    if (!proving)
        return std::unexpected(proving.error());
    if (auto bound = proving->bind(entry.dn, password); !bound)
        return bound.error().reason == "password-wrong" ? fail("login-wrong", "{}", bound.error().sentence)
                                                        : std::unexpected(bound.error());
    const auto groups =
        searching->search(settings_.group_base, fill_filter(settings_.group_filter, user, entry.dn), "cn", max_groups);
    if (!groups)
        return std::unexpected(groups.error());
    Person person{.dn = entry.dn, .full_name = entry.value, .groups = {}};
    for (const auto& group : *groups)
        person.groups.push_back(normal_dn(group.dn));
    return person;
}

} // namespace farboot::server
