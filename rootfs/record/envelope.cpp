#include "rootfs/record/envelope.hpp"

#include "rootfs/base/encoding.hpp"
#include "rootfs/record/json.hpp"

namespace farboot::rootfs
{

namespace
{

constexpr std::size_t max_signatures = 16;
constexpr std::size_t max_payload_type_bytes = 255;

std::unexpected<Error> malformed(std::string_view why)
{
    return fail("envelope-malformed", "The signed record cannot be read: {}.", why);
}

const std::string* text_member(const Json& object, const char* name)
{
    auto found = object.find(name);
    return found == object.end() ? nullptr : found->get_ptr<const std::string*>();
}

Result<Signature> parse_signature(const Json& item)
{
    if (!item.is_object())
        return malformed("a signature is not an object");
    const std::string* key_id = text_member(item, "keyid");
    const std::string* encoded = text_member(item, "sig");
    if (key_id == nullptr || !Digest::from_hex(*key_id))
        return malformed("a signature's keyid is not 64 hexadecimal digits");
    auto bytes = encoded != nullptr ? from_base64(*encoded) : std::nullopt;
    if (!bytes || bytes->size() != 64)
        return malformed("a signature is not base64 of 64 bytes");
    return Signature{*key_id, std::move(*bytes)};
}

} // namespace

std::string payload_type_of(std::string_view type)
{
    return fmt::format("application/vnd.farboot.{}.v1+json", type);
}

Result<Envelope> Envelope::parse(std::string_view json)
{
    auto object = parse_object(json);
    if (!object)
        return malformed(object.error());
    Envelope envelope;
    const std::string* type = text_member(*object, "payloadType");
    if (type == nullptr || type->size() > max_payload_type_bytes)
        return malformed("its payloadType is missing or no short text");
    envelope.payload_type = *type;
    const std::string* encoded = text_member(*object, "payload");
    auto payload = encoded != nullptr ? from_base64(*encoded) : std::nullopt;
    if (!payload)
        return malformed("its payload is missing or not base64");
    envelope.payload = std::move(*payload);
    auto signatures = object->find("signatures");
    if (signatures == object->end() || !signatures->is_array() || signatures->size() > max_signatures)
        return malformed(fmt::format("its signatures are not a list of at most {}", max_signatures));
    for (const Json& item : *signatures) {
        auto signature = parse_signature(item);
        if (!signature)
            return std::unexpected(signature.error());
        envelope.signatures.push_back(std::move(*signature));
    }
    return envelope;
}

std::string Envelope::to_json() const
{
    Json json = {{"payloadType", payload_type}, {"payload", base64(as_bytes(payload))}, {"signatures", Json::array()}};
    for (const Signature& signature : signatures)
        json["signatures"].push_back({{"keyid", signature.key_id}, {"sig", base64(as_bytes(signature.bytes))}});
    return json.dump();
}

void Envelope::sign(const SigningKey& key)
{
    signatures.push_back({key.public_key().id(), key.sign(as_bytes(pre_authentication_encoding()))});
}

std::string Envelope::pre_authentication_encoding() const
{
    return fmt::format("DSSEv1 {} {} {} {}", payload_type.size(), payload_type, payload.size(), payload);
}

} // namespace farboot::rootfs
