#include "server/catalog/pc.hpp"

#include "server/catalog/records.hpp"
#include "server/trust/pc_key.hpp"

#include <array>

namespace farboot::catalog
{

using nlohmann::json;

namespace
{

constexpr std::array state_names{
    std::pair(PcState::off, "off"),         std::pair(PcState::preboot, "preboot"),
    std::pair(PcState::booting, "booting"), std::pair(PcState::running, "running"),
    std::pair(PcState::standby, "standby"),
};

json time_json(std::chrono::sys_seconds time)
{
    return time == std::chrono::sys_seconds{} ? json(nullptr) : json(iso_time(time));
}

json key_json(const std::string& text, const std::string& kept)
{
    const auto key = server::PcKey::parse(text);
    if (!key)
        return nullptr;
    return {{"code", key->code()}, {"kept", kept}};
}

std::string text_in(const json& object, const char* name)
{
    const auto found = object.find(name);
    if (found == object.end() || !found->is_string())
        return "";
    auto text = found->get<std::string>();
    const auto length = rules::printable_length(text);
    return length && *length <= rules::max_hardware_text ? text : "";
}

} // namespace

std::string PcFacts::identity() const
{
    if (uuid)
        return "uuid:" + uuid->text();
    return mac ? "mac:" + mac->text() : "";
}

std::string_view name_of(PcState state)
{
    for (const auto& [known, name] : state_names)
        if (known == state)
            return name;
    return "off";
}

std::optional<PcState> pc_state_of(std::string_view text)
{
    for (const auto& [state, name] : state_names)
        if (text == name)
            return state;
    return std::nullopt;
}

json hardware_json(const rules::Hardware& hardware)
{
    json result = json::object();
    if (!hardware.vendor.empty())
        result["vendor"] = hardware.vendor;
    if (!hardware.product.empty())
        result["product"] = hardware.product;
    if (hardware.memory_mib)
        result["memory_mib"] = *hardware.memory_mib;
    if (!hardware.cpu_flags.empty())
        result["cpu_flags"] = hardware.cpu_flags;
    if (!hardware.gpus.empty())
        result["gpus"] = hardware.gpus;
    return result;
}

rules::Hardware hardware_of(const json& object)
{
    rules::Hardware hardware;
    if (!object.is_object())
        return hardware;
    hardware.vendor = text_in(object, "vendor");
    hardware.product = text_in(object, "product");
    if (const auto memory = object.find("memory_mib"); memory != object.end() && memory->is_number_unsigned())
        if (memory->get<std::uint64_t>() <= rules::max_memory_mib)
            hardware.memory_mib = memory->get<std::uint64_t>();
    if (const auto flags = object.find("cpu_flags"); flags != object.end() && flags->is_array())
        for (const auto& flag : *flags)
            if (flag.is_string() && rules::is_cpu_flag(flag.get_ref<const std::string&>()) &&
                hardware.cpu_flags.size() < rules::max_cpu_flags)
                hardware.cpu_flags.insert(flag.get<std::string>());
    if (const auto gpus = object.find("gpus"); gpus != object.end() && gpus->is_array())
        for (const auto& gpu : *gpus)
            if (gpu.is_string() && rules::is_gpu(gpu.get_ref<const std::string&>()) &&
                hardware.gpus.size() < rules::max_gpus)
                hardware.gpus.insert(gpu.get<std::string>());
    return hardware;
}

std::set<rules::DhcpFact> dhcp_of(const json& list)
{
    std::set<rules::DhcpFact> facts;
    if (!list.is_array())
        return facts;
    for (const auto& each : list)
        if (const auto fact = rules::DhcpFact::parse(each.is_string() ? each.get_ref<const std::string&>() : "");
            fact && facts.size() < rules::max_dhcp_facts)
            facts.insert(*fact);
    return facts;
}

json dhcp_json(const std::set<rules::DhcpFact>& facts)
{
    auto list = json::array();
    for (const auto& fact : facts)
        list.push_back(fact.text());
    return list;
}

Pc Pc::read(const QSqlQuery& row)
{
    Pc pc;
    pc.id = number_of(row, "id");
    pc.name = text_of(row, "name");
    pc.facts.mac = rules::Mac::parse(text_of(row, "mac"));
    pc.facts.uuid = rules::Uuid::parse(text_of(row, "uuid"));
    pc.facts.hardware = hardware_of(json::parse(text_of(row, "hardware"), nullptr, false));
    pc.facts.dhcp = dhcp_of(json::parse(text_of(row, "dhcp"), nullptr, false));
    pc.facts.address = text_of(row, "address");
    pc.key = text_of(row, "pc_key");
    pc.key_kept = text_of(row, "key_kept");
    pc.confirmed = time_of(row, "confirmed");
    pc.confirmed_by = text_of(row, "confirmed_by");
    pc.asking_key = text_of(row, "asking_key");
    pc.asking_kept = text_of(row, "asking_kept");
    pc.asked = time_of(row, "asked");
    pc.state = pc_state_of(text_of(row, "state")).value_or(PcState::off);
    pc.state_since = time_of(row, "state_since");
    pc.seen = time_of(row, "seen");
    pc.created = time_of(row, "created");
    pc.version = number_of(row, "version");
    return pc;
}

std::string Pc::etag() const
{
    return fmt::format("\"p{}-{}\"", id, version);
}

json Pc::to_json() const
{
    json result{{"id", id},
                {"name", name},
                {"uuid", facts.uuid ? json(facts.uuid->text()) : json(nullptr)},
                {"mac", facts.mac ? json(facts.mac->text()) : json(nullptr)},
                {"hardware", hardware_json(facts.hardware)},
                {"dhcp", dhcp_json(facts.dhcp)},
                {"address", facts.address},
                {"state", name_of(state)},
                {"state_since", time_json(state_since)},
                {"seen", time_json(seen)},
                {"created", time_json(created)},
                {"key", key_json(key, key_kept)},
                {"asking", key_json(asking_key, asking_kept)}};
    if (!result["key"].is_null()) {
        result["key"]["confirmed"] = time_json(confirmed);
        result["key"]["by"] = confirmed_by;
    }
    if (!result["asking"].is_null())
        result["asking"]["since"] = time_json(asked);
    return result;
}

QVariant value(std::chrono::sys_seconds time)
{
    return value(static_cast<std::int64_t>(time.time_since_epoch().count()));
}

std::chrono::sys_seconds time_of(const QSqlQuery& query, const char* column)
{
    return std::chrono::sys_seconds(std::chrono::seconds(number_of(query, column)));
}

} // namespace farboot::catalog
