#include "rootfs/cli/setting_options.hpp"

#include "rootfs/image/file.hpp"
#include "rootfs/settings/settings.hpp"

#include <nlohmann/json.hpp>

namespace farboot::rootfs
{

namespace
{

/// What is no JSON is a text: `locale=de_DE.UTF-8` needs no quotes.
Result<nlohmann::json> value_of(const std::string& text)
{
    if (!text.starts_with('@')) {
        auto json = nlohmann::json::parse(text, nullptr, false);
        return json.is_discarded() ? nlohmann::json(text) : json;
    }
    const auto content = read_file(text.substr(1), settings::max_bytes);
    if (!content)
        return std::unexpected(content.error());
    auto json = nlohmann::json::parse(*content, nullptr, false);
    if (json.is_discarded())
        return fail("json-malformed", "{} holds no JSON.", text.substr(1));
    return json;
}

} // namespace

Result<void> SettingOptions::apply(nlohmann::json& location) const
{
    if (empty())
        return {};
    auto& settings = location["settings"];
    if (settings.is_null())
        settings = nlohmann::json::object();
    if (!settings.is_object())
        return fail("usage", "The location's \"settings\" are no JSON object, so that none can be set or removed.");
    for (const auto& name : unset)
        if (settings.erase(name) == 0)
            return fail("usage", "The location has no setting {} of its own, so that it cannot be removed.", name);
    for (const auto& each : set) {
        const auto equals = each.find('=');
        if (equals == 0 || equals == each.npos)
            return fail("usage", "--set {}: expected NAME=VALUE, as in time_zone=Europe/Berlin.", each);
        auto value = value_of(each.substr(equals + 1));
        if (!value)
            return std::unexpected(value.error());
        settings[each.substr(0, equals)] = std::move(*value);
    }
    if (login_ca.empty())
        return {};
    if (!settings.contains("login") || !settings["login"].is_object())
        return fail("usage", "--login-ca: the location has no setting login of its own that the certificates are for.");
    auto certificates = read_file(login_ca, settings::Login::longest_ca);
    if (!certificates)
        return std::unexpected(certificates.error());
    settings["login"]["ca"] = std::move(*certificates);
    return {};
}

void add_setting_options(CLI::App& command, SettingOptions& options, bool removing)
{
    command
        .add_option("--set", options.set,
                    "A setting of the systems that its PCs boot, as JSON, text or @FILE; more than once for more")
        ->type_name("NAME=VALUE")
        ->allow_extra_args(false);
    command.add_option("--login-ca", options.login_ca, "Certificates (PEM) that the setting login trusts")
        ->type_name("FILE");
    if (removing)
        command.add_option("--unset", options.unset, "A setting that is inherited again; more than once for more")
            ->type_name("NAME")
            ->allow_extra_args(false);
}

} // namespace farboot::rootfs
