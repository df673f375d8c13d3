#include "rootfs/record/policy.hpp"

#include "rootfs/base/encoding.hpp"
#include "rootfs/record/json.hpp"

#include <algorithm>
#include <cstring>
#include <set>

namespace farboot::rootfs
{

namespace
{

constexpr std::size_t max_keys = 256;
constexpr std::size_t max_roles = 64;
constexpr std::size_t max_series = 1024;

PolicyKey read_key(PayloadReader& reader, const Json& object, std::string& id)
{
    PolicyKey entry;
    id = reader.text(object, "id", 64, "keys[].");
    auto raw = from_base64(reader.text(object, "public", 64, "keys[]."));
    if (!raw || raw->size() != entry.key.raw.size())
        reader.wrong("keys[].public", "is not base64 of 32 bytes");
    else
        std::memcpy(entry.key.raw.data(), raw->data(), raw->size());
    if (entry.key.id() != id)
        reader.wrong("keys[].id", "is not the SHA-256 of the public key");
    entry.name = reader.title(object, "name");
    return entry;
}

std::vector<std::string> read_names(PayloadReader& reader, const Json& object, const char* name, std::size_t max_size,
                                    bool (*good)(std::string_view))
{
    std::string member = fmt::format("roles[].{}", name);
    std::vector<std::string> names;
    for (const Json& item : reader.array(object, name, max_size, "roles[].")) {
        names.push_back(reader.text_item(item, member.c_str(), 64));
        if (!good(names.back()))
            reader.wrong(member, "has an item that is not allowed there");
    }
    if (names.empty())
        reader.wrong(member, "is empty");
    if (std::set<std::string_view>(names.begin(), names.end()).size() != names.size())
        reader.wrong(member, "has an item twice");
    return names;
}

bool is_series_or_any(std::string_view name)
{
    return name == "*" || is_series_name(name);
}

bool is_key_id(std::string_view text)
{
    return Digest::from_hex(text).has_value();
}

PolicyRole read_role(PayloadReader& reader, const Json& object, const Policy& policy)
{
    PolicyRole role;
    // A type of a later version is no error: it gives nobody a right that this version would grant.
    role.types = read_names(reader, object, "types", max_roles, is_series_name);
    role.series = read_names(reader, object, "series", max_series, is_series_or_any);
    role.keys = read_names(reader, object, "keys", max_keys, is_key_id);
    role.threshold = static_cast<std::uint32_t>(
        reader.number(object, "threshold", 1, std::max<std::size_t>(role.keys.size(), 1), "roles[]."));
    if (!std::ranges::all_of(role.keys, [&](const std::string& id) { return policy.keys.contains(id); }))
        reader.wrong("roles[].keys", "names a key that the policy does not have");
    return role;
}

/// The statement key is online, on the server: who takes it over must gain nothing else by it.
bool statement_key_has_another_role(const Policy& policy)
{
    std::set<std::string_view> online;
    std::set<std::string_view> others;
    for (const PolicyRole& role : policy.roles)
        for (const std::string& type : role.types)
            (type == "statement" ? online : others).insert(role.keys.begin(), role.keys.end());
    return std::ranges::any_of(online, [&](std::string_view id) { return others.contains(id); });
}

bool covers(const PolicyRole& role, const RecordName& name)
{
    return std::ranges::find(role.types, name.type) != role.types.end() &&
           std::ranges::any_of(role.series, [&](const std::string& s) { return s == "*" || s == name.series; });
}

/// The distinct keys of the policy that signed. Reasons: signature-missing, key-unknown, signature-invalid.
Result<std::set<std::string>> signers(const Policy& policy, const Envelope& envelope, const RecordName& wanted)
{
    if (envelope.signatures.empty())
        return fail("signature-missing", "The record {} is not signed and is not used: publish it signed.",
                    wanted.text());
    const std::string signed_bytes = envelope.pre_authentication_encoding();
    std::set<std::string> valid;
    for (const Signature& signature : envelope.signatures) {
        auto known = policy.keys.find(signature.key_id);
        if (known == policy.keys.end())
            continue;
        if (!known->second.key.verify(as_bytes(signed_bytes), as_bytes(signature.bytes)))
            return fail("signature-invalid",
                        "The record {} was changed after it was signed, or was not signed by {}: it is not used. Fetch "
                        "it anew or ask who runs the server.",
                        wanted.text(), known->second.name);
        valid.insert(signature.key_id);
    }
    if (valid.empty())
        return fail("key-unknown",
                    "The record {} is signed by no key that this computer knows: it is not used. Publish it with a key "
                    "of the policy.",
                    wanted.text());
    return valid;
}

} // namespace

Result<Policy> Policy::parse(std::string_view payload)
{
    PayloadReader reader(payload);
    const Json& root = reader.root();
    Policy policy;
    policy.header = reader.header("policy");
    if (policy.header.name.series != "policy")
        reader.wrong("series", "is not \"policy\"");
    for (const Json& item : reader.array(root, "keys", max_keys)) {
        std::string id;
        PolicyKey key = read_key(reader, reader.object_item(item, "keys"), id);
        if (!policy.keys.emplace(id, std::move(key)).second)
            reader.wrong("keys", "has a key twice");
    }
    for (const Json& item : reader.array(root, "roles", max_roles))
        policy.roles.push_back(read_role(reader, reader.object_item(item, "roles"), policy));
    if (statement_key_has_another_role(policy))
        reader.wrong("roles", "gives a key of the statement role another role");
    if (reader.error())
        return std::unexpected(*reader.error());
    return policy;
}

std::string Policy::to_json() const
{
    Json json = header_json(header);
    json["keys"] = Json::array();
    for (const auto& [id, entry] : keys)
        json["keys"].push_back({{"id", id}, {"public", base64(entry.key.raw)}, {"name", entry.name}});
    json["roles"] = Json::array();
    for (const PolicyRole& role : roles)
        json["roles"].push_back(
            {{"types", role.types}, {"series", role.series}, {"threshold", role.threshold}, {"keys", role.keys}});
    return json.dump();
}

Result<Policy> Policy::load_pinned(std::string_view envelope_json)
{
    auto envelope = Envelope::parse(envelope_json);
    if (!envelope)
        return std::unexpected(envelope.error());
    auto policy = Policy::parse(envelope->payload);
    if (!policy)
        return policy;
    if (auto opened = policy->open(*envelope, policy->header.name); !opened)
        return std::unexpected(opened.error());
    return policy;
}

Result<std::string> Policy::open(const Envelope& envelope, const RecordName& wanted) const
{
    auto is_type = [&](std::string_view type) { return envelope.payload_type == payload_type_of(type); };
    if (!is_type("boot") && !is_type("vm") && !is_type("gui") && !is_type("policy") && !is_type("statement"))
        return fail("type-unknown",
                    "The record {} is of a type or version that this version of Farboot does not know: update it.",
                    wanted.text());
    if (!is_type(wanted.type))
        return fail("type-mismatch", "The server sent another type of record than {}: it is not used.", wanted.text());
    auto valid = signers(*this, envelope, wanted);
    if (!valid)
        return std::unexpected(valid.error());
    auto satisfied = [&](const PolicyRole& role) {
        auto in_role = [&](const std::string& id) { return std::ranges::find(role.keys, id) != role.keys.end(); };
        return covers(role, wanted) && std::ranges::count_if(*valid, in_role) >= std::int64_t{role.threshold};
    };
    if (std::ranges::none_of(roles, satisfied))
        return fail("signatures-too-few",
                    "The record {} is not signed by enough of the keys that may sign it (it has {}): it is not used. "
                    "Have the others sign it too.",
                    wanted.text(), valid->size());

    auto said = RecordHeader::parse(envelope.payload); // from here on the payload is what its signers wrote
    if (!said)
        return std::unexpected(said.error());
    if (said->name.type != wanted.type)
        return fail("type-mismatch", "The record {} says of itself that it is of type {}: it is not used.",
                    wanted.text(), said->name.type);
    if (said->name.series != wanted.series)
        return fail("series-mismatch", "The server sent the record {} for {}: it is not used.", said->name.text(),
                    wanted.text());
    return envelope.payload;
}

Result<Policy> Policy::succeed(const Envelope& next) const
{
    auto payload = open(next, header.name);
    if (!payload)
        return std::unexpected(payload.error());
    auto policy = parse(*payload);
    if (!policy)
        return policy;
    if (policy->header.number <= header.number)
        return fail("number-too-low", "The policy {} is not newer than {}, which is in use: it is not used.",
                    policy->header.number, header.number);
    if (policy->header.number != header.number + 1)
        return fail("number-gap", "The policy {} does not follow {}: the ones between them must be taken first.",
                    policy->header.number, header.number);
    return policy;
}

} // namespace farboot::rootfs
