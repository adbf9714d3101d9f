// SPDX-License-Identifier: MIT
#include "cmd/run/recipe/recipe_schema.hpp"

#include "cmd/run/recipe/recipe_keys.hpp"

#include <boost/json.hpp>

#include <initializer_list>
#include <string_view>
#include <vector>

namespace grove::cmd {
namespace {

namespace json = boost::json;

json::string_view view(std::string_view text) noexcept {
    return {text.data(), text.size()};
}

json::object refer_to(std::string_view name) {
    return {{"$ref", "#/definitions/" + std::string(name)}};
}

json::object any_of(std::initializer_list<json::value_ref> all) {
    return {{"anyOf", json::array(all)}};
}

json::object table_of(json::object properties) {
    return {
        {"type", "object"}, {"additionalProperties", false}, {"properties", std::move(properties)}};
}

json::object names_of(json::value what) {
    return {{"type", "object"}, {"additionalProperties", std::move(what)}};
}

json::object list_of(json::value what) {
    return {{"type", "array"}, {"items", std::move(what)}};
}

/// A name in braces may stand for any value that a verb takes.
json::object or_template(json::object what) {
    return any_of({std::move(what), refer_to("template")});
}

class schema_maker {
 public:
    explicit schema_maker(const verb_book& verbs) : verbs_(verbs) {}

    json::object make() const {
        json::object made{{"$schema", "http://json-schema.org/draft-07/schema#"},
                          {"title", "A recipe of grove run"}};
        for (auto& [key, value] : table_of(keys_of({&recipe_keys}))) made[key] = std::move(value);
        made["definitions"] = definitions();
        return made;
    }

 private:
    [[nodiscard]] json::object definitions() const {
        json::object made{{"scalar", {{"type", {"string", "number", "boolean"}}}},
                          {"template", {{"type", "string"}, {"pattern", "\\{\\{"}}},
                          {"texts", any_of({refer_to("scalar"), list_of(refer_to("scalar"))})}};
        for (const std::string_view each : verb_names()) {
            if (const verb* const of = verbs_.find(each); of != nullptr)
                made[view(options_name(each))] = table_of(options_of(*of));
        }
        return made;
    }

    [[nodiscard]] std::vector<std::string_view> verb_names() const {
        std::vector<std::string_view> names = verbs_.step_verbs();
        names.emplace_back("serve");
        return names;
    }

    static std::string options_name(std::string_view of) { return "options-of-" + std::string(of); }

    [[nodiscard]] json::object options_of(const verb& of) const {
        json::object made;
        const auto use = of.prepare();
        for (const option& each : use->table().options()) {
            if (is_talk_option(each.name)) continue;
            json::object what = value_of(each);
            if (!each.help.empty()) what["description"] = each.help;
            made[each.name] = std::move(what);
        }
        if (verbs_.sends_requests(of)) made["json"] = {{"description", "what is sent as JSON"}};
        return made;
    }

    [[nodiscard]] static json::object value_of(const option& of) {
        const json::object one = scalar_of(of);
        if (of.name == "header") return any_of({one, list_of(one), names_of(refer_to("scalar"))});
        return any_of({one, list_of(one)});
    }

    [[nodiscard]] static json::object scalar_of(const option& of) {
        if (of.kind == value_kind::flag) return or_template({{"type", "boolean"}});
        if (of.kind != value_kind::choice) return refer_to("scalar");
        json::array choices;
        for (const std::string& each : of.choices) choices.emplace_back(each);
        return or_template({{"enum", std::move(choices)}});
    }

    [[nodiscard]] json::object keys_of(std::initializer_list<const key_table*> tables) const {
        json::object made;
        for (const key_table* table : tables) {
            for (const key_rule& each : table->keys) {
                json::object what = value_of(each);
                what["description"] = view(each.help);
                made[view(each.name)] = std::move(what);
            }
        }
        return made;
    }

    [[nodiscard]] json::object value_of(const key_rule& of) const {
        switch (of.type) {
            case key_type::text:
                return refer_to("scalar");
            case key_type::plain:
                return {{"type", "string"}};
            case key_type::texts:
                return of.inside == nullptr ? refer_to("texts")
                                            : any_of({refer_to("texts"), inside_of(*of.inside)});
            case key_type::flag:
                return {{"type", "boolean"}};
            case key_type::time:
                return {{"type", {"string", "number"}}};
            case key_type::count:
                return count_of(of);
            case key_type::choice:
                return choice_of(of);
            case key_type::table:
                return inside_of(*of.inside);
            case key_type::tables:
                return list_of(inside_of(*of.inside));
            case key_type::pairs:
                return of.inside == nullptr
                           ? names_of(refer_to("scalar"))
                           : names_of(any_of({refer_to("scalar"), inside_of(*of.inside)}));
            case key_type::lists:
                return names_of(refer_to("texts"));
            case key_type::named:
                return names_of(inside_of(*of.inside));
            case key_type::defaults:
                break;
        }
        return defaults();
    }

    [[nodiscard]] json::object count_of(const key_rule& of) const {
        json::object number{{"type", "integer"}, {"minimum", of.least}, {"maximum", of.most}};
        json::object text{{"type", "string"}};
        if (of.inside == nullptr) return any_of({std::move(number), std::move(text)});
        return any_of({std::move(number), std::move(text), inside_of(*of.inside)});
    }

    [[nodiscard]] static json::object choice_of(const key_rule& of) {
        json::array choices;
        for (const std::string_view each : of.choices) choices.emplace_back(view(each));
        return {{"enum", std::move(choices)}};
    }

    [[nodiscard]] json::object defaults() const {
        json::object made;
        for (const std::string_view each : verb_names()) {
            if (verbs_.find(each) != nullptr) made[view(each)] = refer_to(options_name(each));
        }
        return table_of(std::move(made));
    }

    /// A table under a key. One of a verb has other keys with each verb.
    [[nodiscard]] json::object inside_of(const key_table& table) const {
        if (&table == &step_keys) return call_of({&step_keys, &task_keys}, verbs_.step_verbs());
        if (&table == &final_keys) return call_of({&final_keys, &task_keys}, verbs_.step_verbs());
        if (&table == &service_keys)
            return call_of({&service_keys}, verbs_.service_verbs(), {"id"});
        json::object keys = keys_of({&table});
        if (&table == &ready_keys) add_options("poll", keys);
        json::object made = table_of(std::move(keys));
        if (&table == &secret_keys) made["minProperties"] = made["maxProperties"] = 1;
        return made;
    }

    /// A table that is a use of one of `verbs`.
    [[nodiscard]] json::object call_of(std::initializer_list<const key_table*> tables,
                                       const std::vector<std::string_view>& verbs,
                                       std::initializer_list<const char*> needed = {}) const {
        json::array ways;
        for (const std::string_view each : verbs) {
            json::object keys = keys_of(tables);
            const bool is_step = keys.contains("retry");
            if (verbs_.find(each) != nullptr) {
                add_options(each, keys);
                keys[view(each)] = any_of({refer_to("texts"), refer_to(options_name(each))});
            } else {
                if (is_step) add_keys(program_keys, keys);
                keys[view(each)] = refer_to(each == "sh" ? "scalar" : "texts");
            }
            json::object way = table_of(std::move(keys));
            json::array required{view(each)};
            for (const char* one : needed) required.emplace_back(one);
            way["required"] = std::move(required);
            ways.push_back(std::move(way));
        }
        return {{"oneOf", std::move(ways)}};
    }

    void add_keys(const key_table& from, json::object& into) const {
        for (auto& [key, value] : keys_of({&from})) into[key] = std::move(value);
    }

    /// The options of a verb that stand beside it: `save` is bench's file, or a table of names.
    void add_options(std::string_view verb_name, json::object& into) const {
        const verb* const of = verbs_.find(verb_name);
        if (of == nullptr) return;
        for (auto& [key, value] : options_of(*of)) {
            const auto [place, is_new] = into.emplace(key, value);
            if (!is_new) place->value() = any_of({place->value(), value});
        }
    }

    const verb_book& verbs_;
};

}  // namespace

std::string recipe_schema(const verb_book& verbs) {
    return json::serialize(schema_maker(verbs).make());
}

}  // namespace grove::cmd
