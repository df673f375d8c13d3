#include "rootfs/settings/keyboard.hpp"

#include "rootfs/settings/checks.hpp"

namespace farboot::settings
{

Parsed<Keyboard> Keyboard::parse(const Json& value)
{
    constexpr Check words = [](std::string_view text) { return is_made_of(text, "_,:-()"); };
    Members members(value, "A keyboard", R"({"layout": "de", "variant": "nodeadkeys"})",
                    {"layout", "variant", "model", "options"});
    Keyboard keyboard;
    keyboard.layout = members.needed("layout", 64, words, "XKB's name of a layout, such as de, or several as us,de");
    keyboard.variant = members.text("variant", 64, words, "XKB's name of a variant, such as nodeadkeys").value_or("");
    keyboard.model = members.text("model", 64, words, "XKB's name of a model, such as pc105").value_or("pc105");
    keyboard.options = members.text("options", 128, words, "XKB's options, such as compose:rwin").value_or("");
    return members.result(std::move(keyboard));
}

Json Keyboard::to_json() const
{
    Json json{{"layout", layout}, {"model", model}};
    if (!variant.empty())
        json["variant"] = variant;
    if (!options.empty())
        json["options"] = options;
    return json;
}

} // namespace farboot::settings
